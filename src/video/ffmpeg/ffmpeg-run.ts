import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { FfmpegTools } from './find-tools.ts'

const KEPT_LINES = 20
const MAX_LINE_CHARS = 500

/** One run of ffmpeg or ffprobe: its pipes, what it complains of, and how it ended. Whoever starts it disposes of it. */
export class FfmpegRun implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #ended: Promise<string | null>
  readonly #lines: string[] = []
  #line = ''

  /**
   * @param onComplaint hears each line on stderr, cut where it is long.
   */
  constructor(
    program: string,
    args: string[],
    { env }: Pick<FfmpegTools, 'env'>,
    onComplaint: (line: string) => void = () => {},
  ) {
    // In the group of this process, with which it is ended.
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.#ended = this.#untilEnd()
    // What it has not read when it ends is told by its end.
    this.stdin.on('error', () => {})
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#hear(text, onComplaint))
  }

  get stdin(): Writable {
    return this.#child.stdin as Writable
  }

  get stdout(): Readable {
    return this.#child.stdout as Readable
  }

  /** The last lines that it complained in. */
  get complaints(): string {
    return this.#lines.join('\n')
  }

  /** Resolves once it has ended. @returns why it failed; null where it has not. */
  get ended(): Promise<string | null> {
    return this.#ended
  }

  /** Whether a signal ended it: it crashed, or somebody wanted it gone. */
  get wasKilled(): boolean {
    return this.#child.signalCode !== null
  }

  /** @throws Error where it failed, with ENOSPC where the disk is full */
  async succeed(): Promise<void> {
    const failure = await this.#ended
    if (failure === null) return
    const code = /No space left on device/.test(this.complaints) ? 'ENOSPC' : undefined
    throw Object.assign(new Error(`${failure}: ${this.complaints}`), { code })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    // What it has written and nobody read would else keep it from being closed.
    this.stdout.destroy()
    await this.#ended
  }

  async #untilEnd(): Promise<string | null> {
    try {
      const [code, signal] = await once(this.#child, 'close')
      return code === 0 ? null : `${this.#child.spawnfile} ended with ${signal ?? `code ${code}`}`
    } catch (err) {
      return `${this.#child.spawnfile} did not start: ${(err as Error).message}`
    }
  }

  #hear(text: string, onComplaint: (line: string) => void): void {
    const [first = '', ...more] = text.split('\n')
    this.#line = (this.#line + first).slice(0, MAX_LINE_CHARS)
    for (const next of more) {
      this.#lines.push(this.#line)
      onComplaint(this.#line)
      this.#line = next.slice(0, MAX_LINE_CHARS)
    }
    this.#lines.splice(0, this.#lines.length - KEPT_LINES)
  }
}
