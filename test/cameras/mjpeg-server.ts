import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Scope } from './scope.ts'

const PER_SECOND = 10

/** A camera that serves MJPEG over HTTP, as the test wants it. */
export class MjpegServer {
  readonly requests: IncomingMessage[] = []
  /** What it answers with; a test may put another in. */
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_request, response) => this.stream(response)
  /** Whether it sends pictures, or only holds the line. */
  isSending = true
  readonly #server: Server
  readonly #scheme: 'http' | 'https'
  readonly #picture: Buffer
  readonly #open = new Set<ServerResponse>()

  private constructor(picture: Buffer, tls: { cert: string; key: string } | null) {
    const hear = (request: IncomingMessage, response: ServerResponse) => {
      this.requests.push(request)
      this.answer(request, response)
    }
    this.#server = tls === null ? createServer(hear) : createTlsServer(tls, hear)
    this.#scheme = tls === null ? 'http' : 'https'
    this.#picture = picture
  }

  static async start(
    t: Scope,
    picture: Buffer,
    port = 0,
    tls: { cert: string; key: string } | null = null,
  ): Promise<MjpegServer> {
    const server = new MjpegServer(picture, tls)
    await new Promise<void>((resolve) => server.#server.listen(port, '127.0.0.1', resolve))
    t.teardown(() => server.stop())
    return server
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.port}/video`
  }

  stream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=frame' })
    this.#open.add(response)
    const send = () => {
      if (!this.isSending) return
      response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${this.#picture.length}\r\n\r\n`)
      response.write(this.#picture)
      response.write('\r\n')
    }
    const timer = setInterval(send, 1000 / PER_SECOND)
    response.on('close', () => {
      clearInterval(timer)
      this.#open.delete(response)
    })
  }

  /** Breaks every line; who comes again is served. */
  breakLines(): void {
    for (const response of this.#open) response.destroy()
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = new Promise((resolve) => this.#server.close(resolve))
    this.#server.closeAllConnections()
    await closed
  }
}
