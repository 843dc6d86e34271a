import { AppError } from '../errors.ts'

export function isFull(err: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((err as NodeJS.ErrnoException).code ?? '')
}

/** A full disk as STORAGE_FULL, anything else as it is. */
export function storageError(err: unknown): unknown {
  return isFull(err) ? new AppError('STORAGE_FULL', {}, { cause: err }) : err
}
