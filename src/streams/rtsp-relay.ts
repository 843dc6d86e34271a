import { type AddressInfo, connect as connectTcp, createServer, isIP, type Server, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '../errors.ts'
import { RtspReplies } from './rtsp-replies.ts'
import type { CheckedAddress } from './stream-address.ts'
import type { StreamUrl } from './stream-url.ts'
import { unreachable, unreachableBecause } from './unreachable.ts'

const CONNECT_MS = 10_000

/**
 * Stands between FFmpeg and a camera: FFmpeg connects to this machine only, and the relay to an address that was checked, so
 * that no name is looked up again and no redirect is followed. Speaks TLS for rtsps.
 */
export class RtspRelay {
  readonly #camera: Socket
  readonly #server: Server
  readonly #replies = new RtspReplies()
  /** Why it has cut the line; null while it has not. */
  failure: AppError | null = null

  private constructor(camera: Socket) {
    this.#camera = camera
    this.#server = createServer((reader) => this.#join(reader))
  }

  /** @throws CAMERA_UNREACHABLE */
  static async open(url: StreamUrl, addresses: CheckedAddress[], connectMs = CONNECT_MS): Promise<RtspRelay> {
    const relay = new RtspRelay(await connectTo(url, addresses, connectMs))
    await new Promise<void>((resolve) => relay.#server.listen(0, '127.0.0.1', resolve))
    return relay
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Of the camera's newest reply. */
  get status(): number {
    return this.#replies.status
  }

  #join(reader: Socket): void {
    // One reader, the first: nobody else of this machine is to get in.
    this.#server.close()
    const cut = () => {
      reader.destroy()
      this.#camera.destroy()
    }
    for (const socket of [reader, this.#camera]) socket.on('error', cut).on('close', cut)
    reader.pipe(this.#camera)
    this.#camera.on('data', (chunk: Buffer) => {
      try {
        if (!reader.write(this.#replies.pass(chunk))) this.#camera.pause()
      } catch (err) {
        this.failure ??= err as AppError
        cut()
      }
    })
    reader.on('drain', () => this.#camera.resume())
  }
}

/** @param limitMs until the camera can be spoken to: also a handshake that nobody goes on with comes to an end. */
function connectTo({ scheme, host, port }: StreamUrl, [pinned]: CheckedAddress[], limitMs: number): Promise<Socket> {
  const to = { host: pinned?.address ?? host, port }
  return new Promise((resolve, reject) => {
    const onReady = () => {
      clearTimeout(late)
      resolve(socket)
    }
    const socket =
      scheme === 'rtsps'
        ? connectTls({ ...to, ...(isIP(host) === 0 && { servername: host }) }, onReady)
        : connectTcp(to, onReady)
    const late = setTimeout(() => socket.destroy(unreachable('it does not answer', '没有应答')), limitMs)
    socket.once('error', (cause) => {
      clearTimeout(late)
      reject(cause instanceof AppError ? cause : unreachableBecause(cause))
    })
  })
}
