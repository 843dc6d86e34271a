import { setImmediate } from 'node:timers/promises'
import { closeCodes, type Language } from '../contract/index.ts'
import { encodeCursor } from '../events/cursor.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Principal } from '../users/principal.ts'
import { OutgoingEvent, type OutgoingProgress } from './outgoing.ts'

/** What a session needs of a socket; tests pass a plain object. */
export interface SessionSocket {
  readonly bufferedAmount: number
  /** `sent` is called when the bytes have left this process. */
  send(text: string, sent?: () => void): void
  close(code: number, reason: string): void
}

interface SessionOptions {
  id: string
  socket: SessionSocket
  log: EventLog
  principal: Principal
  language: Language
  onError: (err: unknown) => void
  /** Called for each progress message that a slow reader did not get. */
  onDrop?: () => void
}

/** Above this, progress waits (only the newest of each task is kept) … */
const PROGRESS_BUFFER_BYTES = 64 * 1024
/** … and above this, everything does: what is kept in the log is read from there once the reader has caught up. */
export const SLOW_READER_BYTES = 1024 * 1024

const PAGE = 200

/** So many ended tasks are remembered, to stop progress that comes late. */
const MAX_ENDED_TASKS = 1000

/** One connection: sends each stream's events in order, once, from the client's cursor onward. */
export class Session {
  readonly id: string
  readonly principal: Principal
  readonly language: Language
  readonly connectedAt = new Date()
  readonly #socket: SessionSocket
  readonly #log: EventLog
  readonly #onError: (err: unknown) => void
  readonly #onDrop: () => void
  readonly #positions = new Map<string, number>()
  /** Streams whose log is to be read because an event could not be sent at once. */
  readonly #behind = new Set<string>()
  readonly #heldProgress = new Map<string, OutgoingProgress>()
  readonly #endedTasks = new Set<string>()
  readonly #awaitingReader: Array<() => void> = []
  #isReadingLog = false
  #isOpen = false
  #hasEnded = false
  #congestedSinceMs: number | null = null

  constructor({ id, socket, log, principal, language, onError, onDrop }: SessionOptions) {
    this.id = id
    this.principal = principal
    this.language = language
    this.#socket = socket
    this.#log = log
    this.#onError = onError
    this.#onDrop = onDrop ?? (() => {})
  }

  get cursor(): string {
    return encodeCursor(this.#positions)
  }

  /** Since when more has been unread than a reader may leave; null while it keeps up. */
  get congestedSinceMs(): number | null {
    return this.#congestedSinceMs
  }

  /** Sent, and not yet taken by the operating system: what the reader is behind. */
  get unreadBytes(): number {
    return this.#socket.bufferedAmount
  }

  positionIn(stream: string): number | undefined {
    return this.#positions.get(stream)
  }

  /** Follows the streams from these positions on. Nothing is sent before `open`. */
  follow(positions: ReadonlyMap<string, number>): void {
    for (const [stream, seq] of positions) this.#positions.set(stream, seq)
  }

  /** Sends what has happened since the positions it follows from, then goes live. */
  async open(): Promise<void> {
    if (this.#hasEnded) return
    this.#isOpen = true
    for (const stream of this.#positions.keys()) this.#behind.add(stream)
    await this.#readLog()
  }

  /** A live event. Anything but the very next one means that the bus lost or outran something: read the log. */
  deliver(outgoing: OutgoingEvent): void {
    const { stream, seq } = outgoing.event
    const position = this.#positions.get(stream)
    if (position === undefined || seq <= position) return
    const canGo = seq === position + 1 && this.#isOpen && !this.#behind.has(stream) && !this.#isCongested()
    if (canGo) this.#forward(outgoing)
    else this.catchUp(stream)
  }

  /** Makes sure that everything the log has of the stream gets sent. */
  catchUp(stream: string): void {
    this.#behind.add(stream)
    this.#readLog().catch(this.#onError)
  }

  /**
   * Waits while the log is read, which may hold the beginning or the end of the same task.
   * @returns whether it left at once; else a newer one may take its place, which then tells its new signs, too.
   */
  deliverProgress(outgoing: OutgoingProgress): boolean {
    const { key } = outgoing.event
    if (!this.#isOpen || this.#endedTasks.has(key)) return false
    const isBehind = this.#isReadingLog || this.#behind.size > 0
    if (!isBehind && this.#socket.bufferedAmount <= PROGRESS_BUFFER_BYTES) {
      this.send(outgoing.text(this.language))
      return true
    }
    const older = this.#heldProgress.get(key)
    if (older !== undefined) this.#onDrop()
    this.#heldProgress.set(key, older === undefined ? outgoing : outgoing.inPlaceOf(older))
    return false
  }

  /** A kept event told again out of its turn, with the cursor of where this connection stands. */
  sendSnapshotOf(outgoing: OutgoingEvent): void {
    this.send(outgoing.text(this.language, this.cursor, true))
  }

  send(text: string): void {
    this.#socket.send(text, this.#onSent)
    this.#isCongested()
  }

  /** Resolves while, or once, the reader keeps up: answers do not pile up for one who does not read them. */
  untilRead(): Promise<void> {
    if (this.#congestedSinceMs === null || this.#hasEnded) return Promise.resolve()
    return new Promise((resolve) => this.#awaitingReader.push(resolve))
  }

  closeAsTooSlow(): void {
    this.#socket.close(closeCodes.slowReader, 'reading too slowly')
    this.end()
  }

  /** Nobody is there any more: nothing is read from the log for them. */
  end(): void {
    this.#hasEnded = true
    this.#isOpen = false
    this.#heldProgress.clear()
    this.#letAnswersGo()
  }

  async #readLog(): Promise<void> {
    if (!this.#isOpen || this.#isReadingLog || this.#isCongested()) return
    this.#isReadingLog = true
    try {
      for (const stream of this.#behind) {
        // Taken out before reading: what happens from here on puts it in again.
        this.#behind.delete(stream)
        if (!(await this.#sendMissed(stream))) return
      }
    } finally {
      this.#isReadingLog = false
    }
    this.#sendHeldProgress()
  }

  /** @returns false when the reader is too slow to go on; `onSent` resumes. */
  async #sendMissed(stream: string): Promise<boolean> {
    for (;;) {
      const missed = await this.#log.since(stream, this.#positions.get(stream) ?? 0, PAGE)
      for (const event of missed) {
        if (!this.#isOpen || this.#isCongested()) {
          this.#behind.add(stream)
          return false
        }
        if (event.seq > (this.#positions.get(stream) ?? 0)) this.#forward(new OutgoingEvent(event))
      }
      if (missed.length < PAGE) return true
      // SQLite answers within the turn of the event loop that asks: a long backlog must let others have theirs.
      await setImmediate()
    }
  }

  #forward(outgoing: OutgoingEvent): void {
    const { stream, seq, taskId, type } = outgoing.event
    if (taskId !== null && type !== 'detection_start') this.#endTask(taskId)
    this.#positions.set(stream, seq)
    this.send(outgoing.text(this.language, this.cursor))
  }

  /** Progress of a task must not come after its end. */
  #endTask(taskId: string): void {
    this.#heldProgress.delete(taskId)
    this.#endedTasks.add(taskId)
    const [oldest] = this.#endedTasks
    if (this.#endedTasks.size > MAX_ENDED_TASKS && oldest !== undefined) this.#endedTasks.delete(oldest)
  }

  #isCongested(): boolean {
    const isCongested = this.#socket.bufferedAmount > SLOW_READER_BYTES
    if (isCongested) this.#congestedSinceMs ??= Date.now()
    return isCongested
  }

  #onSent = (): void => {
    const { bufferedAmount } = this.#socket
    if (bufferedAmount <= SLOW_READER_BYTES) {
      this.#congestedSinceMs = null
      this.#letAnswersGo()
    }
    if (bufferedAmount > PROGRESS_BUFFER_BYTES) return
    if (this.#behind.size > 0) this.#readLog().catch(this.#onError)
    else if (!this.#isReadingLog) this.#sendHeldProgress()
  }

  #sendHeldProgress(): void {
    for (const [key, outgoing] of this.#heldProgress) {
      this.#heldProgress.delete(key)
      this.send(outgoing.text(this.language))
    }
  }

  #letAnswersGo(): void {
    for (const go of this.#awaitingReader.splice(0)) go()
  }
}
