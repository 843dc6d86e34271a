import { SignCategory, type Statistics } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { countClasses } from '../records/record-counts.ts'
import { rowsInTurn } from './rows-in-turn.ts'
import type { Selection, Span } from './selection.ts'

type CategoryCounts = Record<SignCategory, number>
export type SignFigures = Pick<Statistics, 'signs' | 'by_class' | 'by_category' | 'by_confidence'> & {
  /** Of each day that has signs. */
  byDay: Map<string, CategoryCounts>
}

interface Bin {
  bin: number
  signs: number | bigint
}

const categories: readonly SignCategory[] = SignCategory.enum
const BINS = 20
const binOfSign = Prisma.sql`FLOOR(s."confidence" * ${Prisma.raw(String(BINS))})`

/** Signs by what they are, when they were seen and how sure the model was. Classes come most frequent first. */
export async function countSigns(db: Db, selection: Selection, spans: Span[]): Promise<SignFigures> {
  const byDay = new Map<string, CategoryCounts>()
  const byCategory = noSigns()
  const bins = Array<number>(BINS).fill(0)
  for (const span of spans) {
    for (const category of categories) {
      for (const row of await binsByDay(db, selection, span, category)) {
        const signs = Number(row.signs)
        const counts = byDay.get(row.day) ?? noSigns()
        byDay.set(row.day, counts)
        counts[category] += signs
        byCategory[category] += signs
        bins[placeOf(row)]! += signs
      }
    }
  }
  const isAny = spans.length > 0
  for (const row of isAny ? await binsOfAdded(db, selection) : []) bins[placeOf(row)]! -= Number(row.signs)
  return {
    signs: categories.reduce((sum, category) => sum + byCategory[category], 0),
    by_class: isAny ? await countClasses(db, selection.signsAtOnce()) : [],
    by_category: categories.map((category) => ({ category, signs: byCategory[category] })),
    by_confidence: bins.map((signs, bin) => ({ from: bin / BINS, to: (bin + 1) / BINS, signs })),
    byDay,
  }
}

export function noSigns(): CategoryCounts {
  return { prohibitory: 0, mandatory: 0, warning: 0, other: 0 }
}

/**
 * One category at a time, as one index has what is asked of it in the order of records. Bins come before days, as numbers
 * are compared quicker.
 */
function binsByDay(db: Db, selection: Selection, span: Span, category: SignCategory) {
  return rowsInTurn<Bin & { day: string }>(
    db,
    Prisma.sql`
      SELECT ${binOfSign} AS "bin", s."day", COUNT(*) AS "signs"
      FROM "Sign" s WHERE s."category" = ${category} AND ${selection.signs(span)} GROUP BY 1, 2`,
  )
}

/** What people added is rare, and no index of signs knows it: their reviews say which records to look at. */
function binsOfAdded(db: Db, selection: Selection) {
  return rowsInTurn<Bin>(
    db,
    Prisma.sql`
      SELECT ${binOfSign} AS "bin", COUNT(*) AS "signs" FROM "Sign" s
      WHERE s."recordId" IN (SELECT v."recordId" FROM "ReviewedSign" v WHERE v."verdict" = 'added')
        AND s."verdict" = 'added' AND ${selection.signs(null)}
      GROUP BY 1`,
  )
}

/** The last bin holds 1, too. */
function placeOf({ bin }: Bin): number {
  return Math.min(BINS - 1, Number(bin))
}
