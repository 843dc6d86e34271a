import { AppError } from '../errors.ts'

export function unreachable(reason: string, reason_zh: string, cause?: unknown): AppError {
  return new AppError('CAMERA_UNREACHABLE', { reason, reason_zh }, cause === undefined ? {} : { cause })
}
