import { randomUUID } from 'node:crypto'
import { type EventDraft, type PassingEvent, type StreamEvent, streamsOf } from '../contract/index.ts'
import { type Db, Prisma, type Tx } from '../db/index.ts'
import type { EventBus } from './event-bus.ts'

export type Emit = (draft: EventDraft) => Promise<void>

/** The one door through which anything that happens is told. */
export class EventLog {
  readonly #db: Db
  readonly #bus: EventBus

  constructor(db: Db, bus: EventBus) {
    this.#db = db
    this.#bus = bus
  }

  /**
   * Runs `change` in one transaction. What it emits is stored with it and published only after the commit,
   * so nobody hears of a change that did not happen and no change goes unheard. `change` writes before it reads: a
   * SQLite transaction that has only read cannot get the write lock once somebody else has written.
   * @param onCommit called between the commit and the publishing.
   */
  async transact<T>(change: (tx: Tx, emit: Emit) => Promise<T>, onCommit?: (result: T) => void): Promise<T> {
    const emitted: StreamEvent[] = []
    const result = await this.#db.$transaction((tx) =>
      change(tx, async (draft) => {
        emitted.push(...(await append(tx, draft)))
      }),
    )
    onCommit?.(result)
    for (const event of emitted) this.#bus.publish({ kind: 'event', event })
    return result
  }

  /** Tells what may be lost and is not kept: progress. */
  tell(event: PassingEvent): void {
    this.#bus.publish({ kind: 'passing', event })
  }

  /** The events of one stream after `seq`, in order, at most `limit`. */
  async since(stream: string, seq: number, limit: number): Promise<StreamEvent[]> {
    const rows = await this.#db.event.findMany({
      where: { stream, seq: { gt: seq } },
      orderBy: { seq: 'asc' },
      take: limit,
    })
    return rows.map(toStreamEvent)
  }

  /** The sequence number of each stream's newest event; 0 where there is none. */
  async heads(streams: string[]): Promise<Map<string, number>> {
    const rows = await this.#db.eventStream.findMany({ where: { name: { in: streams } } })
    const heads = new Map(streams.map((name) => [name, 0]))
    for (const { name, head } of rows) heads.set(name, head)
    return heads
  }

  /** Whether every event of the stream from `seq` (exclusive) to `head` (inclusive) is still kept. */
  async holdsAll(stream: string, seq: number, head: number): Promise<boolean> {
    if (seq > head) return false
    const kept = await this.#db.event.count({ where: { stream, seq: { gt: seq, lte: head } } })
    return kept === head - seq
  }

  /** The newest kept event of each notification, as one reader's streams have it. */
  async ofNotifications(notificationIds: string[], streams: string[]): Promise<StreamEvent[]> {
    const rows = await this.#db.event.findMany({
      where: { notificationId: { in: notificationIds }, type: 'system_notification', stream: { in: streams } },
      orderBy: [{ at: 'asc' }, { seq: 'asc' }],
    })
    return rows.map(toStreamEvent)
  }
}

/** Raising the head takes the row lock under which the number is given: no gaps, in commit order. */
async function append(tx: Tx, draft: EventDraft): Promise<StreamEvent[]> {
  const common = {
    eventId: `evt_${randomUUID()}`,
    type: draft.type,
    userId: 'userId' in draft ? draft.userId : null,
    taskId: 'taskId' in draft ? draft.taskId : null,
    data: draft.data,
  }
  const at = new Date()
  const streams = streamsOf(draft)
  const heads = await raiseHeads(tx, streams)
  const events = streams.map((stream) => ({ stream, seq: heads.get(stream) ?? 0, at: at.toISOString(), ...common }))
  const notificationId = 'notificationId' in draft ? draft.notificationId : null
  const data = JSON.stringify(draft.data)
  const rows = events.map(({ stream, seq, eventId, type, userId, taskId }) => {
    return Prisma.sql`(${stream}, ${seq}, ${eventId}, ${type}, ${at}, ${userId}, ${taskId}, ${notificationId}, ${data})`
  })
  // By hand, as Prisma plans a createMany anew at every call, which takes longer than running it.
  await tx.$executeRaw`
    INSERT INTO "Event" ("stream", "seq", "eventId", "type", "at", "userId", "taskId", "notificationId", "data")
    VALUES ${Prisma.join(rows)}`
  return events
}

/** One statement for all streams, always in the same order, so that no two transactions wait for each other. */
async function raiseHeads(tx: Tx, streams: string[]): Promise<Map<string, number>> {
  const rows = streams.toSorted().map((name) => Prisma.sql`(${name}, 1)`)
  const heads = await tx.$queryRaw<Array<{ name: string; head: number | bigint }>>`
    INSERT INTO "EventStream" ("name", "head") VALUES ${Prisma.join(rows)}
    ON CONFLICT ("name") DO UPDATE SET "head" = "EventStream"."head" + 1
    RETURNING "name", "head"`
  return new Map(heads.map(({ name, head }) => [name, Number(head)]))
}

type EventRow = Awaited<ReturnType<Db['event']['findMany']>>[number]

function toStreamEvent(row: EventRow): StreamEvent {
  const { stream, seq, eventId, at, userId, taskId } = row
  return {
    stream,
    seq,
    eventId,
    type: row.type as StreamEvent['type'],
    at: at.toISOString(),
    userId,
    taskId,
    data: row.data as unknown as StreamEvent['data'],
  }
}
