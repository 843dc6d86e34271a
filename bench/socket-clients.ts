/**
 * A process full of sockets, away from the server's event loop; started with the port. They shake hands as WebSocket
 * clients, and then only look for a marker in what arrives: parsing frames would take the cores that the server needs.
 * So they answer no ping, and the server must not ask.
 */
import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import type { Socket } from 'node:net'

export type SocketOrder = { kind: 'open'; count: number } | { kind: 'expect'; marker: string } | { kind: 'receipts' }

/** Times are of the machine's monotonic clock, in milliseconds, the same in every process. */
export type SocketMessage =
  | { kind: 'open'; open: number }
  | { kind: 'expect' }
  /** Every open socket has heard the marker. */
  | { kind: 'complete' }
  | { kind: 'receipts'; receivedMs: Float64Array; open: number }

/** So many connect at once: a listening socket's queue is short. */
const atOnce = 50

const sockets = new Set<Socket>()
let marker = Buffer.from('\0')
let receivedMs: number[] = []

const nowMs = () => Number(process.hrtime.bigint()) / 1e6

const headers = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': randomBytes(16).toString('base64'),
}

/** Resolves once the server has greeted the socket. */
function open(): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: process.argv[2], path: '/ws/detection/', headers, agent: false })
    asked.on('error', reject)
    asked.on('response', ({ statusCode }) => reject(new Error(`The server answered the handshake with ${statusCode}`)))
    asked.on('upgrade', (_response, socket, head) => {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
      socket.on('data', hear)
      if (head.length > 0) resolve()
      else socket.once('data', () => resolve())
    })
    asked.end()
  })
}

function hear(data: Buffer): void {
  if (!data.includes(marker)) return
  receivedMs.push(nowMs())
  if (receivedMs.length === sockets.size) tell({ kind: 'complete' })
}

async function openMany(count: number): Promise<void> {
  let left = count
  const worker = async () => {
    while (left-- > 0) await open()
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  tell({ kind: 'open', open: sockets.size })
}

process.on('message', (order: SocketOrder) => {
  if (order.kind === 'open') openMany(order.count).catch((err) => fail(err))
  if (order.kind === 'expect') {
    marker = Buffer.from(order.marker)
    receivedMs = []
    tell({ kind: 'expect' })
  }
  if (order.kind === 'receipts') {
    tell({ kind: 'receipts', receivedMs: Float64Array.from(receivedMs), open: sockets.size })
  }
})
process.on('disconnect', () => process.exit())

function tell(message: SocketMessage): void {
  process.send?.(message)
}

function fail(err: Error): void {
  process.stderr.write(`${err.message}\n`)
  process.exit(1)
}
