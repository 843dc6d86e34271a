import type { Detection, SignClass, SignVerdict, Statistics } from '../contract/index.ts'
import { type Db, Prisma } from '../db/index.ts'
import { rowsInTurn } from './rows-in-turn.ts'
import type { Selection, Span } from './selection.ts'

type Verdicts = Record<SignVerdict, number>
export type ReviewFigures = Verdicts & Pick<Statistics['review'], 'by_class'>

interface Row {
  code: string
  verdict: SignVerdict
  signs: number | bigint
  newest: number | bigint
}

/** What people said of signs, by the class that the model said or the person who added it; the most reviewed first. */
export async function countVerdicts(db: Db, selection: Selection, spans: Span[]): Promise<ReviewFigures> {
  const total = noVerdicts()
  const classes = new Map<string, Verdicts>()
  const samples = new Map<string, number[]>()
  for (const where of selection.verdicts(spans)) {
    for (const { code, verdict, signs, newest } of await verdictsWhere(db, where)) {
      const counts = classes.get(code) ?? noVerdicts()
      classes.set(code, counts)
      counts[verdict] += Number(signs)
      total[verdict] += Number(signs)
      samples.set(code, [...(samples.get(code) ?? []), Number(newest)])
    }
  }
  const names = await namesOf(db, [...samples.values()].flat())
  const by_class = [...classes].map(([code, counts]) => ({ ...(names.get(code) ?? nameless(code)), ...counts }))
  by_class.sort((a, b) => sumOf(b) - sumOf(a) || (a.class_code < b.class_code ? -1 : 1))
  return { ...total, by_class }
}

function verdictsWhere(db: Db, where: Prisma.Sql): Promise<Row[]> {
  return rowsInTurn<Row>(
    db,
    Prisma.sql`
      SELECT v."firstClassCode" AS "code", v."verdict", COUNT(*) AS "signs", MAX(v."id") AS "newest"
      FROM "ReviewedSign" v WHERE v."verdict" IS NOT NULL AND ${where} GROUP BY 1, 2`,
  )
}

/** The newest name of each class. The row's own class may be another by now: only the model's stays what it was. */
async function namesOf(db: Db, ids: number[]): Promise<Map<string, SignClass>> {
  const rows = await db.reviewedSign.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } })
  const names = new Map<string, SignClass>()
  for (const { firstClassCode, model, classCode, className, classNameEn, category } of rows) {
    if (model !== null) {
      const { class_code, class_name, class_name_en, category } = model as unknown as Detection
      names.set(firstClassCode, { class_code, class_name, class_name_en, category })
    } else if (classCode === firstClassCode) {
      names.set(firstClassCode, { class_code: classCode, class_name: className, class_name_en: classNameEn, category })
    }
  }
  return names
}

/** Added by a person who called it something else later. */
function nameless(class_code: string): SignClass {
  return { class_code, class_name: class_code, class_name_en: class_code, category: 'other' }
}

function noVerdicts(): Verdicts {
  return { accepted: 0, corrected: 0, rejected: 0, added: 0 }
}

function sumOf({ accepted, corrected, rejected, added }: Verdicts): number {
  return accepted + corrected + rejected + added
}
