import { closeCodes, type Language } from '../contract/index.ts'
import type { AppError, ErrorDetails } from '../errors.ts'
import { readFrame } from '../live/frame.ts'
import type { FrameLine, ProgressEvent } from '../live/frame-line.ts'
import type { LiveSessions } from '../live/live-sessions.ts'
import { OutgoingProgress, passingMessage } from './outgoing.ts'
import type { Session } from './session.ts'

/**
 * What a binary message was: taken; refused; late, the first of those that were on their way when their session ended; or
 * too big for a socket that no camera streams over.
 */
export type Intake = 'taken' | 'refused' | 'late' | 'too_big'

/** The frames that one socket sends, to their sessions, and the answers back. */
export class FrameIntake implements FrameLine {
  readonly #session: Session
  readonly #live: LiveSessions
  readonly #maxOtherBytes: number
  /** Sessions of which it has been said that they are over. */
  readonly #saidOver = new Set<number>()

  /** @param maxOtherBytes of a binary message that is not for a session. */
  constructor(session: Session, live: LiveSessions, maxOtherBytes: number) {
    this.#session = session
    this.#live = live
    this.#maxOtherBytes = maxOtherBytes
  }

  get id(): string {
    return this.#session.id
  }

  /** Does not wait for anything: what comes too fast is replaced, not kept. */
  receive(message: Buffer): Intake {
    const frame = readFrame(message, Date.now())
    const live = frame === null ? null : this.#live.find(frame.session, this.id)
    if (frame !== null && live !== null) {
      live.offer(frame)
      return 'taken'
    }
    if (frame !== null && this.#live.hasJustEnded(frame.session, this.id)) return this.#receiveLate(frame.session)
    const isTooBig = message.length > this.#maxOtherBytes && !this.#live.hasLine(this.id)
    return isTooBig ? 'too_big' : 'refused'
  }

  answer(progress: ProgressEvent): boolean {
    return this.#session.deliverProgress(new OutgoingProgress(progress))
  }

  refuse(err: AppError, details: ErrorDetails): void {
    const { language, principal } = this.#session
    // One who does not read need not be told: answers do not pile up.
    if (this.#session.congestedSinceMs !== null) return
    const code = err.status < 500 ? closeCodes.unsupportedData : closeCodes.serverError
    const told = { ...err.details, ...details }
    const data = { error_code: code, error_type: err.code, message: err.messageIn(language), details: told }
    this.#session.send(passingMessage('error', data, principal.userId))
  }

  /** It was on its way when the session ended, which its sender may not know yet. */
  #receiveLate(session: number): Intake {
    if (this.#saidOver.has(session)) return 'taken'
    this.#saidOver.add(session)
    return 'late'
  }
}

export const noFrame: Record<Language, string> = {
  'zh-CN': '二进制消息不是此连接上实时会话的画面帧',
  en: 'The binary message is no frame of a camera session of this connection',
}
