import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from './bench.ts'
import { messageFrom } from './children.ts'
import type { SocketMessage, SocketOrder } from './socket-clients.ts'

/** Each process holds so many sockets at most: below the usual limit of 1,024 open files. */
const perProcess = 1000
const completeLimitMs = 20_000

export interface Receipts {
  /** When each socket heard the marker, on the machine's monotonic clock. */
  receivedMs: number[]
  open: number
}

/** Many idle sockets of one server, in processes of their own. */
export class SocketCrowd {
  readonly #context: Context
  readonly #port: number
  readonly #processes: ChildProcess[] = []

  constructor(context: Context, port: number) {
    this.#context = context
    this.#port = port
  }

  /** Opens so many more; resolves when the server has greeted each. */
  async open(count: number): Promise<void> {
    for (let left = count; left > 0; left -= perProcess) {
      const child = this.#context.children.fork('./socket-clients.js', { args: [String(this.#port)] })
      this.#processes.push(child)
      const opened = messageFrom<SocketMessage, 'open'>(child, 'open')
      send(child, { kind: 'open', count: Math.min(left, perProcess) })
      await opened
    }
  }

  /** Runs `act`, after which every socket should hear the marker; resolves when all have, or the time is over. */
  async hear(marker: string, act: () => Promise<void>): Promise<Receipts> {
    await this.#all('expect', { kind: 'expect', marker })
    const complete = Promise.all(
      this.#processes.map((child) => messageFrom<SocketMessage, 'complete'>(child, 'complete')),
    )
    await act()
    const giveUp = new AbortController()
    await Promise.race([complete, sleep(completeLimitMs, undefined, { signal: giveUp.signal }).catch(() => {})])
    giveUp.abort()
    const all = await this.#all('receipts', { kind: 'receipts' })
    return { receivedMs: all.flatMap((one) => [...one.receivedMs]), open: all.reduce((sum, { open }) => sum + open, 0) }
  }

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((child) => this.#context.children.end(child)))
  }

  #all<K extends 'expect' | 'receipts'>(kind: K, order: SocketOrder) {
    return Promise.all(
      this.#processes.map((child) => {
        const answer = messageFrom<SocketMessage, K>(child, kind)
        send(child, order)
        return answer
      }),
    )
  }
}

function send(child: ChildProcess, order: SocketOrder): void {
  child.send(order)
}
