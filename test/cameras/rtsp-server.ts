import { createHash, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { makeClip } from '../helpers/clips.ts'
import type { Scope } from './scope.ts'

const FRAME_RATE = 10
const CLOCK = 90_000
const PAYLOAD_TYPE = 96
const MAX_PAYLOAD = 1400
const [SPS, PPS] = [7, 8]

interface Certificate {
  cert: string
  key: string
}

interface Login {
  user: string
  password: string
}

/**
 * A camera that speaks RTSP 1.0 (RFC 2326) and sends H.264 in RTP (RFC 6184) over the same TCP connection, as most do;
 * a clip over and over.
 */
export class RtspServer {
  readonly requests: string[] = []
  /** Redirects every DESCRIBE to here. */
  redirectTo: string | null = null
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #pictures: Buffer[][]
  readonly #parameters: Buffer[]
  readonly #login: Login | null

  private constructor(units: Buffer[], login: Login | null, tls: Certificate | null) {
    const serve = (socket: Socket) => this.#serve(socket)
    this.#server = tls === null ? createServer(serve) : createTlsServer(tls, serve)
    this.#server.on('tlsClientError', () => {})
    this.#login = login
    this.#parameters = [SPS, PPS].flatMap((type) => units.find((unit) => typeOf(unit) === type) ?? [])
    this.#pictures = picturesOf(units)
  }

  static async start(
    t: Scope,
    dir: string,
    login: Login | null = null,
    tls: Certificate | null = null,
  ): Promise<RtspServer> {
    const path = await makeClip(join(dir, `${randomUUID()}.h264`), { frameRate: FRAME_RATE, seconds: 2 })
    const server = new RtspServer(unitsOf(await readFile(path)), login, tls)
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    t.teardown(async () => {
      server.#server.close()
      for (const socket of server.#sockets) socket.destroy()
    })
    return server
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    let held = Buffer.alloc(0)
    socket.on('error', () => {})
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk])
      for (;;) {
        // RTCP of the reader is passed over.
        if (held[0] === 0x24 && held.length >= 4) held = held.subarray(4 + held.readUInt16BE(2))
        const end = held.indexOf('\r\n\r\n')
        if (held.length === 0 || held[0] === 0x24 || end < 0) return
        this.#answer(socket, held.toString('latin1', 0, end))
        held = held.subarray(end + 4)
      }
    })
  }

  #answer(socket: Socket, request: string): void {
    const [line = '', ...headers] = request.split('\r\n')
    const [method = '', uri = ''] = line.split(' ')
    const header = (name: string) =>
      headers
        .find((text) => text.toLowerCase().startsWith(`${name}:`))
        ?.slice(name.length + 1)
        .trim() ?? ''
    this.requests.push(request)
    const reply = (status: string, extra: string[] = [], body = '') => {
      const lines = [`RTSP/1.0 ${status}`, `CSeq: ${header('cseq')}`, ...extra]
      if (body !== '') lines.push(`Content-Length: ${Buffer.byteLength(body)}`)
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
    }
    if (method === 'OPTIONS') reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN'])
    else if (this.redirectTo !== null) reply('302 Moved', [`Location: ${this.redirectTo}`])
    else if (!this.#lets(method, uri, header('authorization'))) {
      reply('401 Unauthorized', ['WWW-Authenticate: Digest realm="camera", nonce="abc123"'])
    } else if (method === 'DESCRIBE') {
      reply('200 OK', [`Content-Base: ${uri}/`, 'Content-Type: application/sdp'], this.#sdp())
    } else if (method === 'SETUP') {
      reply('200 OK', ['Transport: RTP/AVP/TCP;unicast;interleaved=0-1', 'Session: 1'])
    } else {
      reply('200 OK', ['Session: 1'])
      if (method === 'PLAY') this.#play(socket)
    }
  }

  #lets(method: string, uri: string, authorization: string): boolean {
    if (this.#login === null) return true
    const md5 = (text: string) => createHash('md5').update(text).digest('hex')
    const { user, password } = this.#login
    const response = md5(`${md5(`${user}:camera:${password}`)}:abc123:${md5(`${method}:${uri}`)}`)
    return authorization.includes(`response="${response}"`)
  }

  #sdp(): string {
    const sets = this.#parameters.map((unit) => unit.toString('base64')).join(',')
    const lines = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=camera', 'c=IN IP4 0.0.0.0', 't=0 0', 'a=control:*']
    const media = [`m=video 0 RTP/AVP ${PAYLOAD_TYPE}`, `a=rtpmap:${PAYLOAD_TYPE} H264/${CLOCK}`]
    const format = `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1; sprop-parameter-sets=${sets}`
    return `${[...lines, ...media, format, 'a=control:track1'].join('\r\n')}\r\n`
  }

  #play(socket: Socket): void {
    let [sequence, index] = [0, 0]
    const timer = setInterval(() => {
      const units = this.#pictures[index % this.#pictures.length] ?? []
      const payloads = units.flatMap((unit, at) => packetsOf(unit, at === units.length - 1))
      for (const { payload, isLast } of payloads) {
        socket.write(
          interleaved(rtp(payload, { isLast, sequence: sequence++ & 0xffff, time: (index * CLOCK) / FRAME_RATE })),
        )
      }
      index++
    }, 1000 / FRAME_RATE)
    socket.on('close', () => clearInterval(timer))
  }
}

function typeOf(unit: Buffer): number {
  return (unit[0] ?? 0) & 31
}

/** The NAL units of an Annex B stream. */
function unitsOf(bytes: Buffer): Buffer[] {
  const units: Buffer[] = []
  let at = bytes.indexOf('\x00\x00\x01', 0, 'latin1')
  while (at >= 0) {
    const next = bytes.indexOf('\x00\x00\x01', at + 3, 'latin1')
    const end = next < 0 ? bytes.length : bytes[next - 1] === 0 ? next - 1 : next
    units.push(bytes.subarray(at + 3, end))
    at = next
  }
  return units
}

/** Units by picture: one slice each (1 and 5), with what comes before it. */
function picturesOf(units: Buffer[]): Buffer[][] {
  const pictures: Buffer[][] = []
  let picture: Buffer[] = []
  for (const unit of units) {
    picture.push(unit)
    const isSlice = typeOf(unit) === 1 || typeOf(unit) === 5
    // The first bit of a slice after the first of its picture is 0.
    const isFirst = isSlice && ((unit[1] ?? 0) & 0x80) !== 0
    if (!isSlice) continue
    if (isFirst) pictures.push(picture)
    else pictures.at(-1)?.push(...picture)
    picture = []
  }
  return pictures
}

/** Alone where it fits, else in FU-A fragments. */
function packetsOf(unit: Buffer, endsPicture: boolean): Array<{ payload: Buffer; isLast: boolean }> {
  if (unit.length <= MAX_PAYLOAD) return [{ payload: unit, isLast: endsPicture }]
  const packets = []
  for (let at = 1; at < unit.length; at += MAX_PAYLOAD) {
    const isEnd = at + MAX_PAYLOAD >= unit.length
    const indicator = ((unit[0] ?? 0) & 0xe0) | 28
    const flags = (at === 1 ? 0x80 : 0) | (isEnd ? 0x40 : 0) | typeOf(unit)
    const payload = Buffer.concat([Buffer.from([indicator, flags]), unit.subarray(at, at + MAX_PAYLOAD)])
    packets.push({ payload, isLast: endsPicture && isEnd })
  }
  return packets
}

function rtp(payload: Buffer, { isLast, sequence, time }: { isLast: boolean; sequence: number; time: number }): Buffer {
  const header = Buffer.alloc(12)
  header[0] = 0x80
  header[1] = PAYLOAD_TYPE | (isLast ? 0x80 : 0)
  header.writeUInt16BE(sequence, 2)
  header.writeUInt32BE(time >>> 0, 4)
  header.writeUInt32BE(0x1234, 8)
  return Buffer.concat([header, payload])
}

function interleaved(packet: Buffer): Buffer {
  const header = Buffer.from([0x24, 0, 0, 0])
  header.writeUInt16BE(packet.length, 2)
  return Buffer.concat([header, packet])
}
