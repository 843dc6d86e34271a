import { AppError, type ErrorCode } from '../errors.ts'

/** Trying again cannot help, or does harm: cameras lock users out after some wrong passwords. */
const FINAL: ErrorCode[] = [
  'CAMERA_URL_REFUSED',
  'CAMERA_CREDENTIALS_REFUSED',
  'CAMERA_SECRET_LOST',
  'VIDEO_UNAVAILABLE',
]

export function isFinal(err: Error): boolean {
  return FINAL.includes(codeOf(err))
}

export function codeOf(err: Error): ErrorCode {
  return err instanceof AppError ? err.code : 'CAMERA_PROCESS_DIED'
}
