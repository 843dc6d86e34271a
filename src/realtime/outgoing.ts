import {
  type Detection,
  type DetectionError,
  kindOf,
  type Language,
  type PassingEvent,
  type PassingMessage,
  type StreamEvent,
} from '../contract/index.ts'
import { wireUserId } from '../users/principal.ts'

/**
 * A kept event on its way to many sockets: serialised once per language. Only the cursor differs from socket to socket,
 * and is put at the end.
 */
export class OutgoingEvent {
  readonly event: StreamEvent
  readonly #texts = new Map<Language, string>()

  constructor(event: StreamEvent) {
    this.event = event
  }

  text(language: Language, cursor: string, isSnapshot = false): string {
    let text = this.#texts.get(language)
    if (text === undefined) {
      text = JSON.stringify(messageOf(this.event, language)).slice(0, -1)
      this.#texts.set(language, text)
    }
    return `${text},"cursor":"${cursor}"${isSnapshot ? ',"snapshot":true' : ''}}`
  }
}

function messageOf({ type, data, at, userId, eventId, stream, seq }: StreamEvent, language: Language) {
  return {
    type,
    data: type === 'detection_error' && language === 'en' ? inEnglish(data as DetectionError) : data,
    timestamp: at,
    user_id: userId === null ? null : wireUserId(userId),
    event_id: eventId,
    stream: kindOf(stream),
    seq,
  }
}

function inEnglish(data: DetectionError): DetectionError {
  return { ...data, error_message: data.error_message_en }
}

/** Some 50 KiB of text: who reads so slowly that more signs turn up meanwhile gets all of them with the result. */
const MAX_HELD_SIGNS = 200

/** A progress message for many sockets: serialised once per language. */
export class OutgoingProgress {
  readonly event: PassingEvent
  readonly #timestamp = new Date().toISOString()
  readonly #texts = new Map<Language, string>()

  constructor(event: PassingEvent) {
    this.event = event
  }

  /**
   * What to send where an older message of the same task is left out for this one: it takes the new signs of that one along, the
   * newest of them. This message itself where that one has none.
   */
  inPlaceOf(older: OutgoingProgress): OutgoingProgress {
    if (this.event.type !== 'detection_progress' || older.event.type !== 'detection_progress') return this
    const told = older.event.data.en.new_detections ?? []
    if (told.length === 0) return this
    const { 'zh-CN': zh, en } = this.event.data
    const new_detections = eachOnce([...told, ...(en.new_detections ?? [])]).slice(-MAX_HELD_SIGNS)
    return new OutgoingProgress({
      ...this.event,
      data: { 'zh-CN': { ...zh, new_detections }, en: { ...en, new_detections } },
    })
  }

  text(language: Language): string {
    let text = this.#texts.get(language)
    if (text === undefined) {
      const { type, userId } = this.event
      const data = type === 'detection_progress' ? this.event.data[language] : this.event.data
      text = JSON.stringify({
        type,
        data,
        timestamp: this.#timestamp,
        user_id: userId === null ? null : wireUserId(userId),
      })
      this.#texts.set(language, text)
    }
    return text
  }
}

/** A camera tells its signs again until they have left: the later word on each counts. */
function eachOnce(signs: Detection[]): Detection[] {
  return [...new Map(signs.map((sign) => [sign.track?.track_id ?? sign, sign])).values()]
}

/** A message to one socket that is neither kept nor numbered. */
export function passingMessage<T extends PassingMessage['type']>(
  type: T,
  data: Extract<PassingMessage, { type: T }>['data'],
  userId: number | null,
): string {
  const user_id = userId === null ? null : wireUserId(userId)
  return JSON.stringify({ type, data, timestamp: new Date().toISOString(), user_id })
}
