import type { FastifyBaseLogger } from 'fastify'

/** Takes an app's log lines instead of standard output, as they are written; needs a LOG_LEVEL. */
export function captureLog(log: FastifyBaseLogger): string[] {
  const lines: string[] = []
  // Children share their parent's stream, and pino offers no other way in once it is made.
  const key = Object.getOwnPropertySymbols(log).find(({ description }) => description === 'pino.stream')
  const loggers = log as unknown as Record<symbol, unknown>
  if (key === undefined) throw new Error('pino keeps its stream elsewhere')
  loggers[key] = { write: (line: string) => lines.push(line) }
  return lines
}

/** The lines of level error and worse: bugs. */
export function bugsIn(lines: string[]): string[] {
  return lines.filter((line) => (JSON.parse(line) as { level: number }).level >= 50)
}
