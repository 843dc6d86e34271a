/** As node-av says it: FFmpeg's errors are negative numbers of the operating system. */
const AV_ENOSPC = -28

/** Whether something could not be written because there was no room for it, whoever found out: Node, FFmpeg, or sharp. */
export function isDiskFull(err: unknown): boolean {
  const { code, message = '' } = err as { code?: unknown; message?: string }
  return code === 'ENOSPC' || code === AV_ENOSPC || /no space left on device/i.test(message)
}
