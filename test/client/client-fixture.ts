import { openAsBlob } from 'node:fs'
import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type {
  Clock,
  HzClientOptions,
  ServerMessage,
  SocketLike,
  SocketState,
  UploadFile,
} from '../../src/client/index.ts'
import { HzClient } from '../../src/client/node.ts'
import { fixture } from '../helpers/app.ts'

/** A client that is closed with its test. */
export function makeClient(t: Test, options: HzClientOptions): HzClient {
  const client = new HzClient(options)
  t.teardown(() => client.close())
  return client
}

export async function photo(name = 'street-small.jpg'): Promise<UploadFile> {
  return { name, blob: await openAsBlob(fixture(name)) }
}

/** Everything that a client tells, in order. */
export function record({ socket }: Pick<HzClient, 'socket'>) {
  const heard: ServerMessage[] = []
  const states: SocketState[] = []
  const resets: boolean[] = []
  socket.on('message', (message) => heard.push(message))
  socket.on('state', (state) => states.push(state))
  socket.on('reset', ({ isFirst }) => resets.push(isFirst))
  const kept = () => heard.filter((message) => 'seq' in message)
  return {
    heard,
    states,
    resets,
    kinds: () => kept().map(({ type }) => type),
    eventIds: () => kept().map(({ event_id }) => event_id),
  }
}

/** A clock that stands still until the test moves it. */
export class StoppedClock implements Clock {
  #nowMs = Date.parse('2026-01-02T03:04:05.678Z')
  #timers: Array<{ atMs: number; run: () => void }> = []

  now(): number {
    return this.#nowMs
  }

  setTimeout(run: () => void, delayMs: number): unknown {
    const timer = { atMs: this.#nowMs + delayMs, run }
    this.#timers.push(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.#timers = this.#timers.filter((other) => other !== timer)
  }

  /** Runs what is due meanwhile, each at its time. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
      if (next === undefined) break
      this.clearTimeout(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.run()
    }
    this.#nowMs = endMs
  }
}

/** Opens real sockets whose messages go through the test's hands: it may lose one, or tell it twice. */
export function openThrough(alter: (message: ServerMessage) => ServerMessage[]) {
  return (url: string): SocketLike => {
    const socket = new WebSocket(url)
    const addEventListener = (type: string, listener: (event: never) => void) => {
      if (type !== 'message') socket.addEventListener(type as 'close', listener as () => void)
      else
        socket.addEventListener('message', ({ data }) => {
          for (const message of alter(JSON.parse(String(data)))) listener({ data: JSON.stringify(message) } as never)
        })
    }
    return {
      addEventListener,
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      terminate: () => socket.terminate(),
    }
  }
}

/** A socket without a server: the test says what it hears. */
export class ScriptedSocket implements SocketLike {
  readonly sent: string[] = []
  isOver = false
  readonly #listeners = new Map<string, (event: never) => void>()

  addEventListener(type: string, listener: (event: never) => void): void {
    this.#listeners.set(type, listener)
  }

  send(text: string): void {
    this.sent.push(text)
  }

  close(): void {
    this.isOver = true
  }

  hear(message: object | string): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message)
    this.#listeners.get('message')?.({ data } as never)
  }

  lose(code: number, reason = ''): void {
    this.isOver = true
    this.#listeners.get('close')?.({ code, reason } as never)
  }

  /** As a server greets. */
  greet(data: object = {}): void {
    const limits = { heartbeat_interval: 25, heartbeat_timeout: 10 }
    this.hear({
      type: 'connection_established',
      data: { cursor: 'c', positions: {}, recovered: true, limits, ...data },
    })
  }
}
