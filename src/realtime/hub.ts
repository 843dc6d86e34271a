import { streams, streamsFollowed } from '../contract/index.ts'
import type { EventBus, Hint } from '../events/event-bus.ts'
import type { EventLog } from '../events/event-log.ts'
import { OutgoingEvent, OutgoingProgress } from './outgoing.ts'
import type { Session } from './session.ts'

export interface Member {
  session: Session
  scope: 'own' | 'all'
  /** Its right to be connected has ended. */
  endAccess(): void
  /** What it may hear has changed: it is to come back and be greeted anew. */
  askBack(): void
}

/** Who is connected to this process, and which streams each follows. */
export class Hub {
  readonly #log: EventLog
  readonly #members = new Map<Session, Member>()
  readonly #byStream = new Map<string, Set<Session>>()
  readonly #unsubscribe: () => void

  constructor(log: EventLog, bus: EventBus) {
    this.#log = log
    this.#unsubscribe = bus.subscribe((hint) => this.#hear(hint))
  }

  get size(): number {
    return this.#members.size
  }

  get members(): Iterable<Member> {
    return this.#members.values()
  }

  countOf(userId: number): number {
    let count = 0
    for (const { principal } of this.#byStream.get(counterOf(userId)) ?? []) if (principal.userId === userId) count++
    return count
  }

  join(member: Member): void {
    this.#members.set(member.session, member)
    for (const stream of this.#roomsOf(member)) {
      const sessions = this.#byStream.get(stream)
      if (sessions === undefined) this.#byStream.set(stream, new Set([member.session]))
      else sessions.add(member.session)
    }
  }

  leave(session: Session): void {
    const member = this.#members.get(session)
    if (member === undefined) return
    this.#members.delete(session)
    for (const stream of this.#roomsOf(member)) {
      const sessions = this.#byStream.get(stream)
      if (sessions?.delete(session) === true && sessions.size === 0) this.#byStream.delete(stream)
    }
  }

  /** Sends what the bus lost; called on every heartbeat. */
  async heal(): Promise<void> {
    const heads = await this.#log.heads([...this.#byStream.keys()])
    for (const [stream, head] of heads) {
      for (const session of this.#byStream.get(stream) ?? []) {
        if ((session.positionIn(stream) ?? head) < head) session.catchUp(stream)
      }
    }
  }

  close(): void {
    this.#unsubscribe()
  }

  #roomsOf({ session, scope }: Member): string[] {
    const { userId, role } = session.principal
    return [...streamsFollowed(userId, role, scope), counterOf(userId)]
  }

  #hear(hint: Hint): void {
    if (hint.kind === 'event') this.#hearEvent(new OutgoingEvent(hint.event))
    else if (hint.kind === 'passing') this.#hearProgress(new OutgoingProgress(hint.event))
    else if (hint.kind === 'access_ended') this.#endAccess(hint.userId, hint.tokenIds)
    else this.#changeAccess(hint.userId)
  }

  #hearEvent(outgoing: OutgoingEvent): void {
    for (const session of this.#byStream.get(outgoing.event.stream) ?? []) session.deliver(outgoing)
  }

  #hearProgress(outgoing: OutgoingProgress): void {
    const { userId, type } = outgoing.event
    const except = outgoing.event.type === 'detection_progress' ? (outgoing.event.exceptSession ?? null) : null
    for (const session of this.#byStream.get(streams.user(userId)) ?? []) {
      if (session.id !== except) session.deliverProgress(outgoing)
    }
    for (const session of this.#byStream.get(streams.all) ?? []) {
      const isMeant = type === 'detection_progress' || session.principal.userId === userId
      if (isMeant && session.id !== except) session.deliverProgress(outgoing)
    }
  }

  #changeAccess(userId: number): void {
    for (const { session, askBack } of this.#members.values()) if (session.principal.userId === userId) askBack()
  }

  #endAccess(userId: number, tokenIds: string[] | null): void {
    for (const { session, endAccess } of this.#members.values()) {
      const { principal } = session
      if (principal.userId !== userId) continue
      if (tokenIds === null || (principal.tokenId !== null && tokenIds.includes(principal.tokenId))) endAccess()
    }
  }
}

/** Every session of a user is in here, whatever it follows. */
function counterOf(userId: number): string {
  return `sessions-of:${userId}`
}
