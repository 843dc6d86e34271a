import type { ReviewState, Statistics, StatisticsQuery } from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import { idRangeOf } from '../records/record-conditions.ts'
import { filtersOf } from '../records/record-filters.ts'
import type { Principal } from '../users/principal.ts'
import { measureLatency } from './latency-figures.ts'
import { countDays, type DayOfRecords, listDays } from './record-figures.ts'
import { countVerdicts } from './review-figures.ts'
import { Selection, spansOf } from './selection.ts'
import { countSigns, noSigns, type SignFigures } from './sign-figures.ts'
import { countTasks } from './task-figures.ts'

export interface StatisticsServiceDeps {
  db: Db
  /** Whose days records are counted by: the one in which they were stored. */
  timeZone: string
  /** So many records are looked at in one query: with their signs, they take SQLite some ten milliseconds. */
  spanRecords?: number
}

/** Figures of what is stored. */
export class StatisticsService {
  readonly #db: Db
  readonly #timeZone: string
  readonly #spanRecords: number

  constructor({ db, timeZone, spanRecords = 20_000 }: StatisticsServiceDeps) {
    this.#db = db
    this.#timeZone = timeZone
    this.#spanRecords = spanRecords
  }

  /**
   * Users get the figures of their own records, analysts and administrators of everybody's. Computed in many short
   * queries, so what is stored meanwhile may be in some figures and not in others.
   * @throws INVALID_REQUEST, PERMISSION_DENIED
   */
  async figures(principal: Principal, query: StatisticsQuery): Promise<Statistics> {
    const db = this.#db
    const filters = filtersOf(principal, query)
    const timed = filters.from !== null || filters.to !== null
    const range = timed ? await idRangeOf(db, filters.from, filters.to) : null
    const selection = new Selection(filters, range)
    // No record lies in the span of time: then there is nothing to count either.
    const listed = timed && range === null ? [] : await listDays(db, selection)
    const spans = spansOf(listed, this.#spanRecords)
    const days = await countDays(db, selection, spans, listed)
    const { byDay, ...signs } = await countSigns(db, selection, spans)
    const total = (what: 'records' | ReviewState) => days.reduce((sum, day) => sum + day[what], 0)
    const { by_class, ...verdicts } = await countVerdicts(db, selection, spans)
    return {
      time_zone: this.#timeZone,
      records: total('records'),
      ...signs,
      by_day: days.map((day) => toDay(day, byDay)),
      review: {
        unreviewed: total('unreviewed'),
        in_progress: total('in_progress'),
        reviewed: total('reviewed'),
        ...verdicts,
        by_class,
      },
      processing: await measureLatency(db, selection, spans, total('records')),
      tasks: await countTasks(db, filters),
    }
  }
}

function toDay({ day, records, reviewed }: DayOfRecords, byDay: SignFigures['byDay']): Statistics['by_day'][number] {
  const counts = byDay.get(day) ?? noSigns()
  const signs = counts.prohibitory + counts.mandatory + counts.warning + counts.other
  return { day, records, signs, reviewed, ...counts }
}
