import type { WebSocket } from 'ws'
import type { SocketLimits } from '../contract/index.ts'

interface Pulse {
  nextPingMs: number
  /** When the ping that is still unanswered was sent; null while none is. */
  askedMs: number | null
  /** Bytes that were still to leave at that time. */
  unsentBytes: number
}

/** Pings every socket in turn and drops the silent ones. One timer for all, whatever their number. */
export class Heartbeat {
  readonly #intervalMs: number
  readonly #timeoutMs: number
  readonly #pulses = new Map<WebSocket, Pulse>()
  readonly #timer: NodeJS.Timeout
  #nextHealingMs: number

  /** @param onBeat called every second, or oftener where the interval is shorter. */
  constructor({ heartbeat_interval, heartbeat_timeout }: SocketLimits, onBeat: () => void) {
    this.#intervalMs = heartbeat_interval * 1000
    this.#timeoutMs = heartbeat_timeout * 1000
    this.#nextHealingMs = Date.now() + this.#intervalMs
    const beatMs = Math.min(1000, this.#intervalMs / 2, this.#timeoutMs / 2)
    this.#timer = setInterval(() => {
      this.#pingDue(Date.now())
      onBeat()
    }, beatMs)
    this.#timer.unref()
  }

  watch(socket: WebSocket): void {
    const pulse: Pulse = { nextPingMs: Date.now() + this.#intervalMs, askedMs: null, unsentBytes: 0 }
    this.#pulses.set(socket, pulse)
    socket.on('pong', () => {
      pulse.askedMs = null
    })
    socket.on('close', () => this.#pulses.delete(socket))
  }

  /** True once per interval. */
  isHealingDue(nowMs: number): boolean {
    if (nowMs < this.#nextHealingMs) return false
    this.#nextHealingMs = nowMs + this.#intervalMs
    return true
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #pingDue(nowMs: number): void {
    for (const [socket, pulse] of this.#pulses) {
      if (pulse.askedMs !== null && nowMs - pulse.askedMs >= this.#timeoutMs) this.#judge(socket, pulse, nowMs)
      else if (nowMs >= pulse.nextPingMs) {
        pulse.nextPingMs = nowMs + this.#intervalMs
        pulse.askedMs ??= nowMs
        pulse.unsentBytes = socket.bufferedAmount
        socket.ping()
      }
    }
  }

  /** The ping waits behind what was sent before it: who still reads that is alive. */
  #judge(socket: WebSocket, pulse: Pulse, nowMs: number): void {
    const isReading = socket.bufferedAmount < pulse.unsentBytes
    pulse.unsentBytes = socket.bufferedAmount
    if (isReading) pulse.askedMs = nowMs
    else socket.terminate()
  }
}
