import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { closeCodes, type Language } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { LiveSessions } from '../live/live-sessions.ts'
import type { UploadService } from '../uploads/upload-service.ts'
import type { Access } from '../users/access.ts'
import { type Principal, wireUserId } from '../users/principal.ts'
import { CommandLog } from './command-log.ts'
import { Commands } from './commands.ts'
import { Connection } from './connection.ts'
import { FrameIntake } from './frame-intake.ts'
import { accessEnded, type Refusal, refusalOf, tooManyConnections } from './gatekeeper.ts'
import { type GreetingDeps, greet, type Hello } from './greeting.ts'
import { Heartbeat } from './heartbeat.ts'
import { Hub, type Member } from './hub.ts'
import { passingMessage } from './outgoing.ts'
import { Session } from './session.ts'
import { MAX_MESSAGE_BYTES } from './socket-limits.ts'

export interface SocketLog {
  info(details: object, message: string): void
  error(details: object, message: string): void
}

export interface SocketServerDeps extends GreetingDeps {
  log: SocketLog
  bus: EventBus
  access: Access
  uploads: UploadService
  live: LiveSessions
  exposeStack: boolean
  onDrop: () => void
}

/** How long a stop waits for clients to answer the farewell, so that none loses it. */
const FAREWELL_MS = 2000

/** All sockets of this process, from greeting to farewell. */
export class SocketServer {
  readonly #deps: SocketServerDeps
  readonly #hub: Hub
  readonly #commands: Commands
  readonly #commandLog = new CommandLog()
  readonly #heartbeat: Heartbeat
  readonly #sockets = new Map<Session, WebSocket>()
  /** Told to go, and not gone yet. */
  readonly #leaving = new Set<WebSocket>()
  #isClosing = false

  constructor(deps: SocketServerDeps) {
    this.#deps = deps
    this.#hub = new Hub(deps.events, deps.bus)
    this.#commands = new Commands(deps)
    this.#heartbeat = new Heartbeat(deps.limits, () => this.#beat())
  }

  get size(): number {
    return this.#hub.size
  }

  /** Who is connected to this process, in the order in which they came. */
  get members(): Iterable<Member> {
    return this.#hub.members
  }

  /** Tells why, once, and closes. */
  refuse(socket: WebSocket, { code, type, message, details }: Refusal, userId: number | null = null): void {
    socket.send(passingMessage('error', { error_code: code, error_type: type, message, details }, userId))
    this.#close(socket, code, type)
  }

  /** Takes a socket over. Handlers come before the first await: ws drops what arrives unheard. */
  accept(socket: WebSocket, principal: Principal, hello: Hello): void {
    const { limits, log } = this.#deps
    if (this.#isClosing) {
      this.#sayGoodbye(socket, principal.userId, hello.language)
      return
    }
    if (limits.max_connections > 0 && this.#hub.countOf(principal.userId) >= limits.max_connections) {
      this.refuse(socket, tooManyConnections(limits.max_connections, hello.language), principal.userId)
      return
    }
    const session = this.#sessionOf(socket, principal, hello.language)
    const endAccess = () => this.#endAccess(session)
    const askBack = () => socket.close(closeCodes.accessChanged, 'access changed')
    this.#hub.join({ session, scope: hello.scope, endAccess, askBack })
    this.#sockets.set(session, socket)
    this.#heartbeat.watch(socket)
    const opened = this.#open(session, hello)
    this.#listen(socket, session, opened)
    opened.catch((err) => this.#refuseOpening(socket, session, err))
    log.info({ connection_id: session.id, user_id: wireUserId(principal.userId) }, 'socket opened')
  }

  /** Says goodbye to everyone, each to come back at a time of its own, and cuts off who does not answer. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const [session, socket] of this.#sockets) this.#sayGoodbye(socket, session.principal.userId, session.language)
    this.#heartbeat.close()
    this.#hub.close()
    const answered = Array.from(this.#leaving, (socket) => once(socket, 'close'))
    await Promise.race([Promise.all(answered), sleep(FAREWELL_MS, undefined, { ref: false })])
    this.terminate()
  }

  /** Cuts off who was told to go and has not gone. */
  terminate(): void {
    for (const socket of this.#leaving) socket.terminate()
  }

  /** What was taken away between the look at the token and the joining of the hub would go unheard: it is looked at again. */
  async #open(session: Session, hello: Hello): Promise<void> {
    await this.#deps.access.confirm(session.principal)
    await greet(session, hello, this.#deps)
  }

  #refuseOpening(socket: WebSocket, session: Session, err: unknown): void {
    const { userId } = session.principal
    if (err instanceof AppError) {
      this.refuse(socket, refusalOf(err, session.language), userId)
      return
    }
    this.#deps.log.error({ err, connection_id: session.id }, 'could not open a connection')
    socket.close(closeCodes.serverError, 'INTERNAL')
  }

  #sessionOf(socket: WebSocket, principal: Principal, language: Language): Session {
    const { events, log, onDrop } = this.#deps
    const id = `conn_${randomUUID()}`
    const onError = (err: unknown) => log.error({ err, connection_id: id }, 'could not read the event log for a socket')
    return new Session({ id, socket, log: events, principal, language, onError, onDrop })
  }

  #listen(socket: WebSocket, session: Session, opened: Promise<void>): void {
    const { log, exposeStack, live } = this.#deps
    const logBug = (err: unknown) => {
      const logId = `log_${randomUUID()}`
      log.error({ err, log_id: logId, connection_id: session.id }, 'a socket message met a bug')
      return logId
    }
    const connection = new Connection({
      socket,
      session,
      commands: this.#commands,
      commandLog: this.#commandLog,
      logBug,
      exposeStack,
      frames: new FrameIntake(session, live, MAX_MESSAGE_BYTES),
    })
    socket.on('message', (raw, isBinary) => connection.receive(raw as Buffer, isBinary, opened))
    // Frames that break the WebSocket protocol; ws closes with the right code by itself.
    socket.on('error', (err) => log.info({ err, connection_id: session.id }, 'socket error'))
    socket.on('close', (code) => {
      session.end()
      live.leave(session.id)
      this.#hub.leave(session)
      this.#sockets.delete(session)
      log.info({ connection_id: session.id, code }, 'socket closed')
    })
  }

  #endAccess(session: Session): void {
    const socket = this.#sockets.get(session)
    if (socket === undefined) return
    const { expiresAtMs, userId } = session.principal
    this.refuse(socket, accessEnded(expiresAtMs, Date.now(), session.language), userId)
  }

  /** Every second: expired tokens and slow readers go. */
  #beat(): void {
    const now = Date.now()
    const slowMs = this.#deps.limits.slow_reader_seconds * 1000
    for (const member of this.#hub.members) {
      if (isExpired(member, now)) member.endAccess()
      const since = member.session.congestedSinceMs
      if (since !== null && now - since >= slowMs) this.#cutOff(member.session)
    }
    if (this.#heartbeat.isHealingDue(now)) {
      this.#hub.heal().catch((err) => this.#deps.log.error({ err }, 'could not compare sockets with the event log'))
    }
  }

  /** The close frame waits behind what is not being read: after it has had its chance, the line is cut. */
  #cutOff(session: Session): void {
    const socket = this.#sockets.get(session)
    this.#hub.leave(session)
    session.closeAsTooSlow()
    setTimeout(() => socket?.terminate(), this.#deps.limits.slow_reader_seconds * 1000).unref()
  }

  #sayGoodbye(socket: WebSocket, userId: number, language: Language): void {
    const message = language === 'en' ? 'The server is shutting down' : '服务器正在关闭'
    // Between 2 and 10 s: a thousand clients must not come back in one moment.
    const reconnectAfter = Math.round((2 + Math.random() * 8) * 10) / 10
    const data = { reason: 'server_shutdown', message, reconnect_after: reconnectAfter }
    socket.send(passingMessage('connection_closing', data, userId))
    this.#close(socket, closeCodes.goingAway, 'server_shutdown')
  }

  #close(socket: WebSocket, code: number, reason: string): void {
    if (this.#leaving.has(socket)) return
    this.#leaving.add(socket)
    socket.once('close', () => this.#leaving.delete(socket))
    socket.close(code, reason)
  }
}

function isExpired({ session }: Member, nowMs: number): boolean {
  const { expiresAtMs } = session.principal
  return expiresAtMs !== null && expiresAtMs <= nowMs
}
