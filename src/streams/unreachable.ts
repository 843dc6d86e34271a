import { AppError } from '../errors.ts'

/** Codes of OpenSSL and Node for certificates that are not to be trusted. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|INVALID_CA/

export function unreachable(reason: string, reason_zh: string, cause?: unknown): AppError {
  return new AppError('CAMERA_UNREACHABLE', { reason, reason_zh }, cause === undefined ? {} : { cause })
}

/** Of an error of a connection. */
export function unreachableBecause(cause: Error): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? cause.message
  if (!CERTIFICATE.test(code)) return unreachable(code, code, cause)
  return unreachable(`its certificate is not trusted (${code})`, `证书不受信任（${code}）`, cause)
}
