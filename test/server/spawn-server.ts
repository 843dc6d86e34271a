import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { packageRoot } from '../../src/package-root.ts'

interface Scope {
  teardown(handler: () => unknown): void
}

/** The server as its own process, as users start it; killed with the test. */
export class SpawnedServer {
  readonly process: ChildProcess
  output = ''
  errors = ''
  port = 0
  /** Resolves with the exit code, or the signal. */
  readonly ended: Promise<number | NodeJS.Signals | null>

  constructor(t: Scope, dir: string, env: Record<string, string> = {}) {
    const { PATH, HOME, TMPDIR } = process.env
    const settings = {
      ...{ PORT: '0', DATABASE_URL: `file:${dir}/data.db`, MEDIA_DIR: join(dir, 'media'), DETECTOR_PROCESSES: '1' },
      ...{ LOG_LEVEL: 'warn', REQUESTS_PER_MINUTE: '0', MAX_CONNECTIONS_PER_USER: '0' },
    }
    this.process = spawn(process.execPath, [join(packageRoot, 'dist', 'src', 'server.js')], {
      cwd: dir,
      env: { PATH, HOME, TMPDIR, ...settings, ...env },
    })
    this.ended = once(this.process, 'close').then(([code, signal]) => code ?? signal)
    this.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text
    })
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    t.teardown(async () => {
      this.process.kill('SIGKILL')
      await this.ended
    })
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Until it says where it is. Rejects when it ends instead. */
  async ready(): Promise<this> {
    const said = () => /ready: http:\/\/[^:]+:(\d+)/.exec(this.output)?.[1]
    const hasEnded = this.ended.then(() => {
      throw new Error(`ended: ${this.output}${this.errors}`)
    })
    hasEnded.catch(() => {})
    while (said() === undefined)
      await Promise.race([once(this.process.stdout as NodeJS.ReadableStream, 'data'), hasEnded])
    this.port = Number(said())
    return this
  }
}
