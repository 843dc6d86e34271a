import type {
  Review,
  ReviewChange,
  ReviewQueue,
  ReviewQueueQuery,
  ReviewRevisionPage,
  ReviewRevisionQuery,
  SignClass,
} from '../contract/index.ts'
import type { Db, Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import { visibleTo } from '../records/record-access.ts'
import { filtersOf } from '../records/record-filters.ts'
import { markOf } from '../records/record-view.ts'
import type { Principal } from '../users/principal.ts'
import { applyReview } from './apply-review.ts'
import { checkReview } from './check-review.ts'
import { ClassFrequencies } from './class-frequencies.ts'
import { findClasses } from './known-classes.ts'
import { listRevisions } from './review-history.ts'
import { findQueue } from './review-queue.ts'
import { type RecordUnderReview, reviewOf, signsOf, withReview } from './review-view.ts'
import { storeReview } from './store-review.ts'

interface Deps {
  db: Db
  events: EventLog
  /** The classes of the running model. */
  labels: () => SignClass[]
}

/** What people say of the signs of records. Whoever may see a record may review it. */
export class ReviewService {
  readonly #db: Db
  readonly #events: EventLog
  readonly #labels: () => SignClass[]
  readonly #frequencies: ClassFrequencies

  constructor({ db, events, labels }: Deps) {
    this.#db = db
    this.#events = events
    this.#labels = labels
    this.#frequencies = new ClassFrequencies(db)
  }

  /** @throws RECORD_NOT_FOUND, also for a record that the asker may not see */
  async get(principal: Principal, recordId: number): Promise<Review> {
    return reviewOf(await findRecord(this.#db, principal, recordId))
  }

  /**
   * Puts a whole review in the place of the one before, and what it says in the place of the record's signs. All of it or
   * nothing.
   * @throws RECORD_NOT_FOUND, also for a record that the asker may not see
   * @throws REVIEW_CONFLICT where somebody has saved since the version that the change goes out from
   * @throws INVALID_REQUEST, INVALID_OPTION naming every field that does not fit the record
   */
  async save(principal: Principal, recordId: number, change: ReviewChange): Promise<Review> {
    return this.#events.transact(async (tx, emit) => {
      const record = await claim(tx, principal, recordId, change)
      const present = signsOf(record)
      checkReview({ signs: present, width: record.width, height: record.height }, change)
      const classes = await findClasses(tx, change, present, this.#labels())
      const mark = savedMark(record)
      const signs = applyReview(present, { change, classes, ...mark })
      const total_detections = await storeReview(tx, record, signs)
      await emit({
        type: 'review_changed',
        userId: record.userId,
        data: { record_id: recordId, ...mark, total_detections },
      })
      return { record_id: recordId, ...mark, signs }
    })
  }

  /**
   * The saves of one review, newest first.
   * @throws RECORD_NOT_FOUND, also for a record that the asker may not see
   * @throws INVALID_CURSOR
   */
  async history(principal: Principal, recordId: number, query: ReviewRevisionQuery): Promise<ReviewRevisionPage> {
    const where = { id: recordId, ...visibleTo(principal) }
    if ((await this.#db.record.count({ where })) === 0) throw new AppError('RECORD_NOT_FOUND', { record_id: recordId })
    return listRevisions(this.#db, recordId, query)
  }

  /**
   * Records that nobody has finished, of those that the asker may see.
   * @throws INVALID_REQUEST, PERMISSION_DENIED
   */
  async queue(principal: Principal, { order, limit, offset, ...filters }: ReviewQueueQuery): Promise<ReviewQueue> {
    const asked = filtersOf(principal, filters)
    const signsByClass = await this.#frequencies.count(visibleTo(principal).userId ?? null)
    const page = { order: order ?? 'uncertain', limit: limit ?? 50, offset: offset ?? 0 } as const
    return findQueue(this.#db, asked, signsByClass, page)
  }
}

/** The next version goes to one of those who want it at the same moment: the write comes before all reading. */
async function claim(tx: Tx, principal: Principal, id: number, change: ReviewChange): Promise<RecordUnderReview> {
  const { version: reviewVersion, state: reviewState } = change
  const { count } = await tx.record.updateMany({
    where: { id, reviewVersion, ...visibleTo(principal) },
    data: { reviewVersion: { increment: 1 }, reviewState, reviewerId: principal.userId, reviewedAt: new Date() },
  })
  const record = await findRecord(tx, principal, id)
  if (count > 0) return record
  const { version, by, at } = markOf(record)
  throw new AppError('REVIEW_CONFLICT', { record_id: id, version, by, at })
}

/** Somebody has just saved it. */
function savedMark(record: RecordUnderReview) {
  const { by, at, ...mark } = markOf(record)
  return { ...mark, by: by!, at: at! }
}

async function findRecord(db: Tx, principal: Principal, id: number): Promise<RecordUnderReview> {
  const record = await db.record.findFirst({ where: { id, ...visibleTo(principal) }, include: withReview })
  if (record === null) throw new AppError('RECORD_NOT_FOUND', { record_id: id })
  return record
}
