/** Of Node, and -ENOSPC as FFmpeg's libraries return it. */
const CODES: unknown[] = ['ENOSPC', 'EDQUOT', 'EFBIG', -28]
/** Of whatever has no code for it: sharp, and the program ffmpeg. */
const TEXT = /no space left on device|quota exceeded/i

/** Whether an error, or what caused it, is that the disk is full. */
export function isDiskFull(err: unknown): boolean {
  if (!(err instanceof Error)) return false
  return CODES.includes((err as NodeJS.ErrnoException).code) || TEXT.test(err.message) || isDiskFull(err.cause)
}
