import type {
  CommandName,
  CommandPayload,
  ConnectionEstablished,
  KeptMessage,
  Language,
  ServerMessage,
} from '../contract/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { connectionLost, HzError, notConnected } from './hz-error.ts'
import { LineWatch } from './line-watch.ts'
import type { SocketLike, StringStorage } from './page-globals.ts'
import { type CommandAnswers, type CommandOptions, PendingCommands } from './pending-commands.ts'
import { Place } from './place.ts'
import { Positions } from './positions.ts'
import { randomId } from './random-id.ts'
import { reconnectDelay } from './reconnect-delay.ts'
import type { SocketEvents, SocketState } from './socket-events.ts'
import { pageStorage } from './storage.ts'
import { type Surroundings, surroundingsHere } from './surroundings.ts'

export interface Following {
  language: Language
  /** `all`: everybody's events, for analysts and administrators. */
  scope: 'own' | 'all'
}

export interface LiveSocketOptions extends Partial<Following> {
  /** http(s)://… of the server. */
  origin: string
  openSocket: (url: string, token: string | null) => SocketLike
  /** Asked at every connection. */
  token?: () => string | null
  /** Called when the server no longer accepts the token. False: there is no other; rejects where that is not known. */
  renewAccess?: () => Promise<boolean>
  /** Only where the server asks for no sign-in. */
  userId?: number
  /** Keeps the place in the events over a reload. */
  storage?: StringStorage
  surroundings?: Surroundings
  clock?: Clock
  random?: () => number
}

const DELAYS = { firstMs: 1000, longestMs: 30_000 }
/** A connection that has lasted this long was a good one: the next loss begins with short delays again. */
const STABLE_MS = 10_000
/** A server that lets one in and says nothing is as good as none. */
const GREETING_MS = 15_000
/** Where there is a reason to doubt the line, it has this long to answer. */
const DOUBT_MS = 5000
const COMMAND_MS = 30_000
/** A new token that is refused as well shall not be followed by another one at once. */
const RENEWAL_PAUSE_MS = 10_000
const ABNORMAL = 1006
const CONNECTION_LIMIT = 4002
/** Our own: something between two messages is missing. Within 4200-4299, so that what follows is the same. */
const GAP = 4299

/**
 * The one connection to the server. It reconnects by itself and goes on where it was: every kept message comes once and
 * in order, over lost connections, restarts of the server and reloads of the page. Where the server no longer has
 * all that was missed, `reset` says so, before anything else comes.
 */
export class LiveSocket extends Emitter<SocketEvents> {
  readonly #options: LiveSocketOptions
  readonly #following: Following
  readonly #place: Place
  readonly #random: () => number
  readonly #surroundings: Surroundings
  readonly #clock: Clock
  readonly #line: LineWatch
  readonly #commands: PendingCommands
  readonly #positions = new Positions()
  #socket: SocketLike | null = null
  #state: SocketState = { kind: 'idle' }
  #greeting: ConnectionEstablished | null = null
  #greetedMs = 0
  /** Until then the server may take our former connection for alive, and count it. */
  #countedUntilMs = 0
  #renewedMs = Number.NEGATIVE_INFINITY
  #attempt = 0
  #timer: unknown = null
  #farewellMs: number | null = null
  #refusal = ''
  #unwatch: (() => void) | null = null

  constructor(options: LiveSocketOptions) {
    super()
    const { language = 'zh-CN', scope = 'own', clock = systemClock } = options
    this.#options = options
    this.#following = { language, scope }
    this.#place = new Place(options.storage ?? pageStorage('sessionStorage'))
    this.#random = options.random ?? Math.random
    this.#surroundings = options.surroundings ?? surroundingsHere()
    this.#clock = clock
    this.#commands = new PendingCommands(clock)
    this.#line = new LineWatch({
      clock,
      ask: () => void this.command('ping').catch(() => {}),
      onDead: () => this.#lose(ABNORMAL, ''),
    })
  }

  get state(): SocketState {
    return this.#state
  }

  /** What the server said when it let us in, its limits among it; null while not connected. */
  get greeting(): ConnectionEstablished | null {
    return this.#greeting
  }

  /** Connects, or connects anew: at once, whatever was planned. */
  connect(following: Partial<Following> = {}): void {
    Object.assign(this.#following, following)
    this.#unwatch ??= this.#surroundings.watch((change) => {
      if (change !== 'offline' && 'untilMs' in this.#state) this.connect()
      else if (this.#state.kind === 'connected') this.#line.doubt(DOUBT_MS)
      else if (this.#state.kind === 'waiting') this.#setState({ ...this.#state, kind: 'offline' })
    })
    this.#drop()
    const socket = this.#options.openSocket(this.#url(), this.#options.token?.() ?? null)
    this.#socket = socket
    this.#timer = this.#clock.setTimeout(() => this.#lose(ABNORMAL, ''), GREETING_MS)
    const ifCurrent = (act: () => void) => this.#socket === socket && act()
    socket.addEventListener('message', ({ data }) => ifCurrent(() => this.#receive(String(data))))
    socket.addEventListener('close', ({ code, reason }) => ifCurrent(() => this.#lose(code, reason)))
    // The close that follows says all that is to be known.
    socket.addEventListener('error', () => {})
    // Last, as who hears it may close the connection again.
    this.#setState({ kind: 'connecting' })
  }

  /** Connects anew with the present token, once the commands under way are answered; does nothing where it is not to be connected. */
  async reconnect(): Promise<void> {
    const socket = this.#socket
    await this.#commands.untilIdle(DOUBT_MS)
    const { kind } = this.#state
    if (this.#socket === socket && kind !== 'idle' && kind !== 'stopped') this.connect()
  }

  close(): void {
    this.#unwatch?.()
    this.#unwatch = null
    // Whoever connects next has a token of their own: that the last one was refused says nothing of it.
    this.#renewedMs = Number.NEGATIVE_INFINITY
    this.#drop()
    this.#setState({ kind: 'idle' })
  }

  /** The next connection begins as the first one: another user's place in the events is of no use. */
  forgetPlace(): void {
    this.#place.forget()
  }

  /**
   * @throws HzError what the server says against it, NOT_CONNECTED, CONNECTION_LOST, TIMEOUT; or the signal's reason.
   * After CONNECTION_LOST and TIMEOUT it may have been done or not: ask again with the same `requestId`.
   */
  async command<C extends CommandName>(
    name: C,
    payload: CommandPayload<C> | Record<string, never> = {},
    { requestId = `req_${randomId()}`, timeoutMs = COMMAND_MS, signal }: CommandOptions = {},
  ): Promise<CommandAnswers[C]> {
    signal?.throwIfAborted()
    if (this.#socket === null || this.#greeting === null) throw notConnected()
    const answer = this.#commands.add(requestId, { timeoutMs, signal })
    const data = { message_type: name, payload, request_id: requestId }
    this.#socket.send(JSON.stringify({ type: 'user_message', data }))
    return answer as Promise<CommandAnswers[C]>
  }

  /** Sends a binary message: a frame of a camera session. Where there is no connection it is lost. */
  sendBytes(message: Uint8Array): void {
    if (this.#greeting !== null) this.#socket?.send(message)
  }

  /** Resolves while, or once, connected. @throws HzError where the server refuses; the signal's reason */
  async whenConnected(signal?: AbortSignal): Promise<ConnectionEstablished> {
    const isDecided = ({ kind }: SocketState) => kind === 'connected' || kind === 'stopped'
    const options = signal === undefined ? {} : { signal }
    if (!isDecided(this.#state)) await this.until('state', { fits: isDecided, ...options })
    const state = this.#state
    if (this.#greeting !== null) return this.#greeting
    const reason = state.kind === 'stopped' ? state.reason : ''
    throw new HzError({ code: 'NOT_CONNECTED', zh: reason, en: reason })
  }

  #url(): string {
    const url = new URL('/ws/detection/', this.#options.origin.replace(/^http/, 'ws'))
    const { language, scope } = this.#following
    const query = { lang: language, scope, user_id: this.#options.userId, resume: this.#place.cursor }
    for (const [name, value] of Object.entries(query)) if (value != null) url.searchParams.set(name, String(value))
    return url.href
  }

  #receive(text: string): void {
    this.#line.heard()
    const message = parse(text)
    if (message === null) this.#lose(ABNORMAL, '')
    else if ('seq' in message) this.#receiveKept(message)
    else this.#receivePassing(message)
  }

  #receiveKept(message: KeptMessage): void {
    const turn = this.#positions.turnOf(message)
    if (turn === 'gap') this.#lose(GAP, '')
    if (turn !== 'next') return
    this.#place.reach(message.cursor)
    this.#tell(message)
    this.#place.keep()
  }

  #receivePassing(message: Exclude<ServerMessage, KeptMessage>): void {
    if (message.type === 'connection_established') {
      this.#greet(message)
      return
    }
    if (message.type === 'connection_closing') this.#farewellMs = message.data.reconnect_after * 1000
    if (message.type === 'error') this.#refusal = message.data.message
    if (message.type === 'user_message_response') this.#commands.settle(message.data)
    this.#tell(message)
  }

  #greet(message: SocketEvents['connection_established']): void {
    const { cursor, positions, recovered, limits } = message.data
    const isFirst = this.#place.cursor === null
    this.#clock.clearTimeout(this.#timer)
    this.#greeting = message.data
    this.#greetedMs = this.#clock.now()
    this.#positions.begin(positions)
    this.#place.reach(cursor)
    this.#place.keep()
    this.#line.start(limits.heartbeat_interval * 1000, limits.heartbeat_timeout * 1000)
    this.#setState({ kind: 'connected' })
    this.#tell(message)
    const isStillHere = this.#greeting === message.data
    if (!recovered && isStillHere) this.emit('reset', { isFirst, greeting: message.data })
  }

  #tell(message: ServerMessage): void {
    this.emit('message', message)
    this.emit(message.type, message as never)
  }

  #lose(code: number, reason: string): void {
    if (this.#greeting !== null && this.#clock.now() - this.#greetedMs >= STABLE_MS) this.#attempt = 0
    const why = this.#refusal || reason
    const isInOurOwnWay = code === CONNECTION_LIMIT && this.#clock.now() < this.#countedUntilMs
    const loss = { code: isInOurOwnWay ? ABNORMAL : code, attempt: this.#attempt, askedMs: this.#farewellMs }
    const delayMs = reconnectDelay(loss, DELAYS, this.#random)
    this.#drop(code === ABNORMAL)
    if (delayMs !== null) this.#connectIn(delayMs)
    else if (code === 4000) void this.#renewAccess(why)
    else this.#setState({ kind: 'stopped', code, reason: why })
  }

  #connectIn(delayMs: number): void {
    this.#attempt++
    this.#timer = this.#clock.setTimeout(() => this.connect(), delayMs)
    const kind = this.#surroundings.isOnline ? 'waiting' : 'offline'
    this.#setState({ kind, untilMs: this.#clock.now() + delayMs })
  }

  /** A token that has run out, as while the machine slept, is no reason to stop if there is a next one. */
  async #renewAccess(reason: string): Promise<void> {
    const { renewAccess } = this.#options
    const stopped: SocketState = { kind: 'stopped', code: 4000, reason }
    const nowMs = this.#clock.now()
    if (renewAccess === undefined || nowMs - this.#renewedMs < RENEWAL_PAUSE_MS) return this.#setState(stopped)
    this.#renewedMs = nowMs
    const connecting: SocketState = { kind: 'connecting' }
    this.#setState(connecting)
    const isRenewed = await renewAccess().catch(() => null)
    // Meanwhile somebody has connected or closed.
    if (this.#state !== connecting) return
    if (isRenewed === null) this.#connectIn(this.#random() * DELAYS.longestMs)
    else if (isRenewed) this.connect()
    else this.#setState(stopped)
  }

  /** Lets go of the present connection without waiting for its farewell. */
  #drop(isDead = false): void {
    const socket = this.#socket
    if (this.#greeting !== null) {
      const { heartbeat_interval, heartbeat_timeout } = this.#greeting.limits
      this.#countedUntilMs = this.#clock.now() + (heartbeat_interval + heartbeat_timeout) * 1000
    }
    // A listener that lets go of the connection has heard the message.
    this.#place.keep()
    this.#socket = null
    this.#greeting = null
    this.#farewellMs = null
    this.#refusal = ''
    this.#clock.clearTimeout(this.#timer)
    this.#line.stop()
    if (isDead && socket?.terminate !== undefined) socket.terminate()
    else socket?.close(1000)
    this.#commands.rejectAll(connectionLost())
  }

  #setState(state: SocketState): void {
    this.#state = state
    this.emit('state', state)
  }
}

function parse(text: string): ServerMessage | null {
  try {
    return JSON.parse(text) as ServerMessage
  } catch {
    return null
  }
}
