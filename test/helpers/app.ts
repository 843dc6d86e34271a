import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import type { Analyzer } from '../../src/analysis/analyzer.ts'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import type { ServerMessage } from '../../src/contract/index.ts'
import { packageRoot } from '../../src/package-root.ts'

interface Scope {
  testdir(): string
  teardown(handler: () => Promise<unknown>): void
}

export interface AppOptions {
  /** A directory to continue in; else a new one. */
  dir?: string
  env?: Record<string, string>
  /** Stands in for the model where a test is not about pictures. */
  analyzer?: Analyzer
  /** Registers routes of the test's own, for what no real route can provoke. */
  prepare?: (app: Awaited<ReturnType<typeof buildApp>>) => void
}

export const fixture = (name: string): string => join(packageRoot, 'test', 'fixtures', name)

/** A whole server on a throw-away directory and a free port, with the real model unless told otherwise. */
export async function startApp(t: Scope, { dir: given, env = {}, analyzer, prepare }: AppOptions = {}) {
  let stop = async () => {}
  // Before testdir: tap removes the directory only after those handlers that it had when the directory was made.
  t.teardown(() => stop())
  const dir = given ?? t.testdir()
  const config = loadConfig({
    PORT: '0',
    DATABASE_URL: `file:${dir}/data.db`,
    MEDIA_DIR: join(dir, 'media'),
    MODELS_DIR: join(dir, 'models'),
    // The self-check of a test that is not about it would take its time.
    MODEL_PRECISION: 'fp32',
    DETECTOR_PROCESSES: '1',
    LOG_LEVEL: 'silent',
    SHUTDOWN_GRACE_S: '0.5',
    ...env,
  })
  const app = await buildApp(config, analyzer === undefined ? {} : { analyzer })
  let isClosed = false
  app.addHook('onClose', async () => {
    isClosed = true
  })
  stop = async () => {
    if (!isClosed) await app.close()
  }
  prepare?.(app)
  await app.listen(config.listen)
  const { port } = app.server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return { app, config, dir, port, origin, parts: app.parts, close: () => app.close() }
}

export type RunningApp = Awaited<ReturnType<typeof startApp>>

/** One picture, or whatever bytes, as a form. */
export function formOf(
  files: Array<{ bytes: Uint8Array; name?: string }>,
  fields: Record<string, string> = {},
): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const { bytes, name = 'street.jpg' } of files) form.append('file', new Blob([Uint8Array.from(bytes)]), name)
  return form
}

/** A socket that keeps what it hears, for tests that wait for messages and never for time. */
export class Listener {
  readonly socket: WebSocket
  readonly heard: ServerMessage[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  #checks: Array<() => void> = []

  constructor(app: { port: number }, query = '', options: { headers?: Record<string, string> } = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${app.port}/ws/detection/${query}`, options)
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        resolve({ code, reason: String(reason) })
        for (const check of this.#checks) check()
      })
    })
    this.socket.on('error', () => {})
    this.socket.on('message', (raw) => {
      this.heard.push(JSON.parse(String(raw)) as ServerMessage)
      for (const check of this.#checks) check()
    })
  }

  /** The first message, heard already or still to come, that fits. Rejects when the socket closes first. */
  until<T extends ServerMessage['type']>(
    type: T,
    fits: (message: Extract<ServerMessage, { type: T }>) => boolean = () => true,
  ): Promise<Extract<ServerMessage, { type: T }>> {
    type Wanted = Extract<ServerMessage, { type: T }>
    return new Promise((resolve, reject) => {
      const check = () => {
        const found = this.heard.find((message): message is Wanted => message.type === type && fits(message as Wanted))
        if (found !== undefined) resolve(found)
        else if (this.socket.readyState === WebSocket.CLOSED) {
          reject(new Error(`closed before ${type}; heard ${this.heard.map((message) => message.type).join(' ')}`))
        } else return
        this.#checks = this.#checks.filter((other) => other !== check)
      }
      this.#checks.push(check)
      check()
    })
  }

  /** Sends a command and waits for its answer. */
  async command(messageType: string, payload: object = {}, requestId: string = crypto.randomUUID()) {
    const before = this.heard.length
    this.say({ type: 'user_message', data: { message_type: messageType, payload, request_id: requestId } })
    const isNew = (message: ServerMessage) => this.heard.indexOf(message) >= before
    return (await this.until('user_message_response', (m) => m.data.request_id === requestId && isNew(m))).data
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  of<T extends ServerMessage['type']>(type: T): Array<Extract<ServerMessage, { type: T }>> {
    return this.heard.filter((message) => message.type === type) as Array<Extract<ServerMessage, { type: T }>>
  }

  async leave(): Promise<void> {
    this.socket.close()
    await this.closed
  }
}

/** A connected and greeted socket. */
export async function listen(app: { port: number }, query = '', options: { headers?: Record<string, string> } = {}) {
  const listener = new Listener(app, query, options)
  await listener.until('connection_established')
  return listener
}

/** A request whose headers and body are just as given, which fetch would not allow. */
export function rawRequest(
  app: { port: number },
  options: { method?: string; path: string; headers?: Record<string, string> },
  body?: string | Uint8Array,
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: app.port, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }))
    })
    request.on('error', reject)
    request.end(body)
  })
}
