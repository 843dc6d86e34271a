import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

interface ForkOptions {
  args?: string[]
  execArgv?: string[]
  env?: Record<string, string>
  cwd?: string
  /** A file descriptor that takes its output; else it is shown. */
  output?: number
}

const graceMs = 12_000

/** Every process that a bench has started, so that none outlives it. */
export class Children {
  readonly #alive = new Set<ChildProcess>()

  /** @param module relative to this file, as compiled. */
  fork(module: string, { args = [], execArgv = [], env = {}, cwd, output }: ForkOptions = {}): ChildProcess {
    const stdio = output ?? 'inherit'
    const child = fork(fileURLToPath(new URL(module, import.meta.url)), args, {
      env,
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', stdio, stdio, 'ipc'],
      ...(cwd !== undefined && { cwd }),
    })
    this.#alive.add(child)
    child.once('exit', () => this.#alive.delete(child))
    return child
  }

  /** Asks it to end, then makes it. */
  async end(child: ChildProcess): Promise<void> {
    if (!this.#alive.has(child)) return
    const limit = setTimeout(() => child.kill('SIGKILL'), graceMs)
    const exit = once(child, 'exit')
    child.kill('SIGTERM')
    await exit
    clearTimeout(limit)
  }

  /** At once, for the end of the bench itself. */
  killAll(): void {
    for (const child of this.#alive) child.kill('SIGKILL')
  }
}

/** The next message of a kind. @throws Error when the process ends first. */
export function messageFrom<T extends { kind: string }, K extends T['kind']>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<T, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      child.off('message', hear)
      child.off('exit', leave)
    }
    const hear = (message: T) => {
      if (message.kind !== kind) return
      settle()
      resolve(message as Extract<T, { kind: K }>)
    }
    const leave = (code: number | null) => {
      settle()
      reject(new Error(`Process ${child.pid} ended (${code}) before it said "${kind}"`))
    }
    child.on('message', hear)
    child.once('exit', leave)
  })
}
