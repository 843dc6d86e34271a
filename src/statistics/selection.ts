import { Prisma } from '../db/index.ts'
import {
  allOf,
  classCondition,
  countConditions,
  detailConditions,
  type IdRange,
  ownSignConditions,
} from '../records/record-conditions.ts'
import { filtersSigns, type RecordFilters } from '../records/record-filters.ts'

/** Days that follow each other, and the ids between which their selected records lie. */
export interface Span {
  from: string
  to: string
  lowest: number
  highest: number
}

/** What the filters let through, as SQL conditions; `r` is a row of Record, `s` one of Sign, `v` one of ReviewedSign. */
export class Selection {
  readonly filters: RecordFilters
  readonly #range: IdRange | null

  /** @param range of the filters' span of time; null where they name none. */
  constructor(filters: RecordFilters, range: IdRange | null) {
    this.filters = filters
    this.#range = range
  }

  /** Records, of which a filter on signs has to let one sign through. */
  records(span: Span | null): Prisma.Sql {
    const signs = filtersSigns(this.filters)
      ? [Prisma.sql`r."id" IN (SELECT s."recordId" FROM "Sign" s WHERE ${this.signs(span)})`]
      : []
    return allOf([...this.#records(span), ...signs])
  }

  /** Signs that pass the filters, of records that do. */
  signs(span: Span | null): Prisma.Sql {
    if (span === null) return allOf(this.signsAtOnce())
    return allOf([
      ...classCondition(this.filters.classCodes),
      ...ownSignConditions(this.filters),
      ...within(span, Prisma.sql`s."recordId"`, Prisma.sql`s."day"`),
      ...this.#recordsAsked(span, Prisma.sql`+s."recordId"`),
    ])
  }

  /** The same for one query over everything, in the order of classes. */
  signsAtOnce(): Prisma.Sql[] {
    return [...classCondition(this.filters.classCodes), ...countConditions(this.filters, this.#range).sign]
  }

  /**
   * What people said of signs, as one query or several that ask for different ones: the filters on signs are held against what the model found, or the person added, as
   * what was rejected is a sign no more.
   */
  verdicts(spans: Span[]): Prisma.Sql[] {
    const { category, minConfidence, maxConfidence } = this.filters
    const asksRows = category !== null || minConfidence !== null || maxConfidence !== null
    if (asksRows || spans.length < 2) return spans.map((span) => this.#verdicts(span, Prisma.sql`v."recordId"`))
    // One index has all that is asked, in the order of classes. The plus keeps SQLite from looking rows up by record.
    return [this.#verdicts(joined(spans), Prisma.sql`+v."recordId"`)]
  }

  #verdicts(span: Span, recordId: Prisma.Sql): Prisma.Sql {
    const { userId, classCodes, category, minConfidence, maxConfidence } = this.filters
    const confidence = Prisma.sql`CAST(v."model" ->> 'confidence' AS DOUBLE PRECISION)`
    const conditions = within(span, recordId, Prisma.sql`v."day"`)
    if (userId !== null) conditions.push(Prisma.sql`v."userId" = ${userId}`)
    if (classCodes.length > 0) conditions.push(Prisma.sql`v."firstClassCode" IN (${Prisma.join(classCodes)})`)
    if (category !== null) {
      conditions.push(Prisma.sql`COALESCE(v."model" ->> 'category', CAST(v."category" AS TEXT)) = ${category}`)
    }
    if (minConfidence !== null) conditions.push(Prisma.sql`${confidence} >= ${minConfidence}`)
    if (maxConfidence !== null) conditions.push(Prisma.sql`${confidence} <= ${maxConfidence}`)
    return allOf([...conditions, ...this.#recordsAsked(span, recordId)])
  }

  /** Records, whatever their signs. */
  recordsOfAnySigns(): Prisma.Sql {
    return allOf(this.#records(null))
  }

  #records(span: Span | null): Prisma.Sql[] {
    const conditions = countConditions(this.filters, this.#range).record
    return span === null ? conditions : [...conditions, ...within(span, Prisma.sql`r."id"`, Prisma.sql`r."day"`)]
  }

  /** Only where the record has to be asked: user, day and id are in its signs, too. */
  #recordsAsked(span: Span, recordId: Prisma.Sql): Prisma.Sql[] {
    if (detailConditions(this.filters, this.#range).length === 0) return []
    return [Prisma.sql`${recordId} IN (SELECT r."id" FROM "Record" r WHERE ${allOf(this.#records(span))})`]
  }
}

/** Days in spans of at most so many records; a day is never divided. */
export function spansOf(
  days: Array<{ day: string; records: number; lowest: number; highest: number }>,
  spanRecords: number,
): Span[] {
  const spans: Span[] = []
  let room = 0
  for (const { day, records, lowest, highest } of days) {
    const last = spans.at(-1)
    room -= records
    if (last !== undefined && room >= 0) {
      spans.splice(-1, 1, joined([last, { from: day, to: day, lowest, highest }]))
      continue
    }
    spans.push({ from: day, to: day, lowest, highest })
    room = spanRecords - records
  }
  return spans
}

/** @param spans at least one. */
function joined(spans: Span[]): Span {
  return {
    from: spans[0]!.from,
    to: spans.at(-1)!.to,
    lowest: Math.min(...spans.map(({ lowest }) => lowest)),
    highest: Math.max(...spans.map(({ highest }) => highest)),
  }
}

/** Both: ids are what indices are sorted by, but a day's ids may overlap another's. */
function within({ from, to, lowest, highest }: Span, id: Prisma.Sql, day: Prisma.Sql): Prisma.Sql[] {
  return [Prisma.sql`${id} >= ${lowest} AND ${id} <= ${highest}`, Prisma.sql`${day} >= ${from} AND ${day} <= ${to}`]
}
