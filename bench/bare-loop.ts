import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../src/package-root.ts'
import type { BareJob, BareMessage } from './bare-process.ts'
import type { Context } from './bench.ts'
import { messageFrom } from './children.ts'
import { inTurn } from './statistics.ts'

/** What the detection alone could do: as many processes as the server has, each fed as soon as it is free. */
export class BareLoop {
  readonly #context: Context
  readonly #processes: ChildProcess[]

  private constructor(context: Context, processes: ChildProcess[]) {
    this.#context = context
    this.#processes = processes
  }

  static async start(context: Context, processes: number): Promise<BareLoop> {
    const args = [join(packageRoot, 'models', 'hz-signs')]
    const children = Array.from({ length: processes }, () => context.children.fork('./bare-process.js', { args }))
    await Promise.all(children.map((child) => messageFrom<BareMessage, 'ready'>(child, 'ready')))
    return new BareLoop(context, children)
  }

  get pids(): number[] {
    return this.#processes.map(({ pid }) => pid!)
  }

  /** @returns images a second. */
  async run(jobs: readonly BareJob[]): Promise<number> {
    const startedMs = performance.now()
    await inTurn(jobs, this.#processes.length, async (job, process) => {
      await this.#detect(this.#processes[process]!, job)
    })
    return jobs.length / ((performance.now() - startedMs) / 1000)
  }

  /** One photo in one process. @returns milliseconds, measured inside it. */
  async time(job: BareJob): Promise<number> {
    return (await this.#detect(this.#processes[0]!, job)).ms
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((child) => this.#context.children.end(child)))
  }

  #detect(child: ChildProcess, job: BareJob) {
    const done = messageFrom<BareMessage, 'done'>(child, 'done')
    child.send(job)
    return done
  }
}
