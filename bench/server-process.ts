import type { ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { packageRoot } from '../src/package-root.ts'
import type { Context } from './bench.ts'
import { messageFrom } from './children.ts'
import type { ProbeMessage } from './server-probe.ts'

const startLimitMs = 60_000
const pollMs = 5

export interface ServerOptions {
  /** Database and pictures; made where it is absent. */
  dir: string
  env?: Record<string, string>
}

/** The real server, as `npm start` runs it, in a process of its own on a loopback port. */
export class ServerProcess {
  readonly port: number
  /** From the start of the process until /health/ready says so. */
  readonly secondsToReady: number
  readonly #child: ChildProcess
  readonly #context: Context

  private constructor(context: Context, child: ChildProcess, port: number, secondsToReady: number) {
    this.#context = context
    this.#child = child
    this.port = port
    this.secondsToReady = secondsToReady
  }

  /** @throws Error with the end of its log when it does not become ready. */
  static async start(context: Context, { dir, env = {} }: ServerOptions): Promise<ServerProcess> {
    mkdirSync(dir, { recursive: true })
    const port = await freePort()
    const logPath = join(dir, 'server.log')
    const output = openSync(logPath, 'a')
    const profiling = context.cpuProfileDir === null ? [] : ['--cpu-prof', `--cpu-prof-dir=${context.cpuProfileDir}`]
    const probe = new URL('./server-probe.js', import.meta.url).href
    const startedMs = performance.now()
    const child = context.children.fork('../src/server.js', {
      // The probe answers when asked, and does nothing else.
      execArgv: [...startFlags(), '--expose-gc', '--import', probe, ...profiling],
      env: { ...settingsOf(context, dir), PORT: String(port), ...env },
      cwd: dir, // So that no .env of a developer counts.
      output,
    })
    closeSync(output)
    try {
      await untilReady(port, child, startedMs + startLimitMs)
    } catch (cause) {
      await context.children.end(child)
      throw new Error(`The server did not start:\n${readFileSync(logPath, 'utf8').slice(-2000)}`, { cause })
    }
    return new ServerProcess(context, child, port, (performance.now() - startedMs) / 1000)
  }

  get pid(): number {
    return this.#child.pid!
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Forgets the event-loop delays so far. */
  async resetLag(): Promise<void> {
    await this.#ask('reset')
  }

  /** Event-loop delays since the last reset, in milliseconds. */
  async lag() {
    return (await this.#ask('lag')).lag
  }

  /** Collects garbage, so that what remains is in use. */
  async settle(): Promise<void> {
    await this.#ask('settle')
    await sleep(500)
    await this.#ask('settle')
  }

  async stop(): Promise<void> {
    await this.#context.children.end(this.#child)
  }

  async #ask<K extends ProbeMessage['kind']>(kind: K): Promise<Extract<ProbeMessage, { kind: K }>> {
    const answer = messageFrom<ProbeMessage, K>(this.#child, kind)
    this.#child.send({ kind })
    return answer
  }
}

/** As shipped, but for the heartbeat and for the limits that would refuse a thousand clients of one address. */
/** Node's own, as `npm start` gives them. */
function startFlags(): string[] {
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  return String(scripts.start)
    .split(' ')
    .filter((word) => word.startsWith('--'))
}

function settingsOf({ processes }: Context, dir: string): Record<string, string> {
  return {
    DATABASE_URL: `file:${join(dir, 'data.db')}`,
    MEDIA_DIR: join(dir, 'media'),
    DETECTOR_PROCESSES: String(processes),
    REQUESTS_PER_MINUTE: '0',
    MAX_CONNECTIONS_PER_USER: '0',
    HEARTBEAT_INTERVAL_S: '3600', // The benches' sockets answer no pings.
  }
}

async function untilReady(port: number, child: ChildProcess, deadlineMs: number): Promise<void> {
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null)
    await answer?.arrayBuffer()
    if (answer?.status === 200) return
    await sleep(pollMs)
  }
  throw new Error(child.exitCode === null ? 'It was not ready in time' : `It exited with ${child.exitCode}`)
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
