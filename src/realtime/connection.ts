import { randomUUID } from 'node:crypto'
import { Compile } from 'typebox/compile'
import type { WebSocket } from 'ws'
import {
  closeCodes,
  FRAME_HEADER,
  fieldProblems,
  type Language,
  type SocketError,
  UserMessage,
  type UserMessageResponse,
} from '../contract/index.ts'
import { AppError } from '../errors.ts'
import { ByteBudget } from './byte-budget.ts'
import type { CommandLog } from './command-log.ts'
import type { Commands } from './commands.ts'
import { type FrameIntake, noFrame } from './frame-intake.ts'
import { MALFORMED_PER_MINUTE, MalformedBudget } from './malformed-budget.ts'
import { passingMessage } from './outgoing.ts'
import { ReadingGate } from './reading-gate.ts'
import type { Session } from './session.ts'
import { MAX_MESSAGE_BYTES } from './socket-limits.ts'

interface Deps {
  socket: WebSocket
  session: Session
  commands: Commands
  commandLog: CommandLog
  /** Logs a bug and gives the id under which the log has it. */
  logBug: (err: unknown) => string
  exposeStack: boolean
  frames: FrameIntake
}

/** So many commands of one socket may wait for each other; then the socket is not read any further. */
const MAX_WAITING_COMMANDS = 50

const userMessage = Compile(UserMessage)

/** What one socket says: commands, in order, one at a time. */
export class Connection {
  readonly #deps: Deps
  readonly #malformed = new MalformedBudget()
  readonly #gate: ReadingGate
  readonly #bytes = new ByteBudget()
  #waiting = 0
  #previous: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
    this.#gate = new ReadingGate(deps.socket)
  }

  /** @param opened resolves once the greeting has been sent; answers come after it. */
  receive(raw: Buffer, isBinary: boolean, opened: Promise<void>): void {
    const { socket } = this.#deps
    if (socket.readyState !== socket.OPEN) return
    if (isBinary) this.#receiveFrame(raw, opened)
    else if (raw.length > MAX_MESSAGE_BYTES) socket.close(closeCodes.messageTooBig, 'message too big')
    else this.#inTurn(opened, () => this.#handle(raw))
  }

  /** Frames do not wait for commands, nor for each other. */
  #receiveFrame(raw: Buffer, opened: Promise<void>): void {
    const { socket, frames } = this.#deps
    const pauseMs = this.#bytes.spend(raw.length, Date.now())
    if (pauseMs > 0) {
      this.#gate.hold('bytes')
      setTimeout(() => this.#gate.release('bytes'), pauseMs).unref()
    }
    const intake = frames.receive(raw)
    if (intake === 'too_big') socket.close(closeCodes.messageTooBig, 'message too big')
    if (intake === 'refused') this.#inTurn(opened, async () => this.#refuse(this.#noFrame))
    // Nobody's fault: said, and not counted.
    if (intake === 'late') this.#inTurn(opened, async () => this.#say(this.#noFrame))
  }

  get #noFrame(): SocketError {
    const [code, message] = [closeCodes.unsupportedData, noFrame[this.#language]]
    return { error_code: code, error_type: 'UNSUPPORTED_DATA', message, details: { expected: FRAME_HEADER } }
  }

  #inTurn(opened: Promise<void>, handle: () => Promise<void>): void {
    const { session, socket } = this.#deps
    this.#waiting++
    if (this.#waiting > MAX_WAITING_COMMANDS) this.#gate.hold('commands')
    this.#previous = this.#previous
      .then(() => opened)
      .then(() => session.untilRead())
      .then(() => (socket.readyState === socket.OPEN ? handle() : undefined))
      .catch((err) => void this.#tellBug(err))
      .finally(() => {
        this.#waiting--
        if (this.#waiting < MAX_WAITING_COMMANDS / 2) this.#gate.release('commands')
      })
  }

  async #handle(raw: Buffer): Promise<void> {
    const message = parse(raw)
    if (message === undefined) {
      return this.#refuse(protocolError(notJson[this.#language], { path: '', expected: 'JSON' }))
    }
    if (!userMessage.Check(message)) {
      const problem = fieldProblems(userMessage.Errors(message))[0]
      const expected = (this.#language === 'en' ? problem?.expected : problem?.expected_zh) ?? ''
      const details = { path: problem?.field ?? '', expected }
      return this.#refuse(protocolError(`${details.path}: ${expected}`, details))
    }
    await this.#execute((message as UserMessage).data)
  }

  /** Every command gets its answer, also one that meets a bug. */
  async #execute(data: UserMessage['data']): Promise<void> {
    const { session } = this.#deps
    try {
      session.send(await this.#answer(data))
    } catch (err) {
      const { message, logId } = this.#tellBug(err)
      const answer = { error_code: 'INTERNAL', log_id: logId }
      const response = {
        request_id: data.request_id ?? `req_${randomUUID()}`,
        status: 'error' as const,
        message,
        data: answer,
      }
      session.send(passingMessage('user_message_response', response, session.principal.userId))
    }
  }

  /** @returns the message that answers; to a command sent again, the same as before. */
  #answer(data: UserMessage['data']): Promise<string> {
    const { commandLog, session } = this.#deps
    const { userId } = session.principal
    const run = async (requestId: string) =>
      passingMessage('user_message_response', await this.#run(data, requestId), userId)
    if (data.request_id === undefined) return run(`req_${randomUUID()}`)
    const requestId = data.request_id
    return commandLog.once(userId, requestId, () => run(requestId))
  }

  async #run(data: UserMessage['data'], requestId: string): Promise<UserMessageResponse> {
    const { commands, session } = this.#deps
    try {
      const { principal, language } = session
      const caller = { principal, language, requestId, line: this.#deps.frames }
      return { request_id: requestId, status: 'success', ...(await commands.run(data, caller)) }
    } catch (err) {
      if (!(err instanceof AppError)) throw err
      const errors = err.fields.length > 0 ? { errors: err.fields } : {}
      const details = { error_code: err.code, ...err.details, ...errors }
      return { request_id: requestId, status: 'error', message: err.messageIn(session.language), data: details }
    }
  }

  get #language(): Language {
    return this.#deps.session.language
  }

  /** The socket stays open, unless it goes on like this. */
  #refuse(problem: SocketError): void {
    this.#say(problem)
    if (this.#malformed.spend(Date.now())) {
      this.#deps.socket.close(closeCodes.protocolError, `${MALFORMED_PER_MINUTE} malformed messages in a minute`)
    }
  }

  #say(problem: SocketError): void {
    const { session } = this.#deps
    session.send(passingMessage('error', problem, session.principal.userId))
  }

  #tellBug(err: unknown): { message: string; logId: string } {
    const { logBug, exposeStack } = this.#deps
    const logId = logBug(err)
    const message = new AppError('INTERNAL', { log_id: logId }).messageIn(this.#language)
    const stack = exposeStack && err instanceof Error ? (err.stack ?? null) : null
    const details = { log_id: logId, stack_trace: stack }
    this.#say({ error_code: closeCodes.serverError, error_type: 'INTERNAL', message, details })
    return { message, logId }
  }
}

function protocolError(message: string, details: object): SocketError {
  return { error_code: closeCodes.protocolError, error_type: 'PROTOCOL_ERROR', message, details }
}

const notJson: Record<Language, string> = { 'zh-CN': '消息不是有效的 JSON', en: 'The message is not valid JSON' }

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString())
  } catch {
    return undefined
  }
}
