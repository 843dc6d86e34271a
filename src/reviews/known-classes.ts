import type { Detection, ReviewChange, ReviewedSign, SignClass } from '../contract/index.ts'
import { Prisma, type Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'

/**
 * The classes that a change names, by code: those of the running model, of the record, or of any sign that is stored.
 * @throws INVALID_OPTION naming every field whose class is none of them
 */
export async function findClasses(
  tx: Tx,
  { signs }: ReviewChange,
  present: ReviewedSign[],
  labels: SignClass[],
): Promise<Map<string, SignClass>> {
  const ofRecord = present.flatMap((sign) => (sign.model === null ? [sign] : [sign.model, sign]))
  const known = new Map<string, SignClass>([...ofRecord, ...labels].map((kind) => [kind.class_code, kind]))
  const missing = [...new Set(signs.map(({ class_code }) => class_code))].filter((code) => !known.has(code))
  if (missing.length > 0) for (const kind of await storedClasses(tx, missing)) known.set(kind.class_code, kind)
  const fields = signs.flatMap(({ class_code }, i) =>
    known.has(class_code)
      ? []
      : [{ field: `signs.${i}.class_code`, expected: 'a class that a model knows', expected_zh: '应为模型认识的类别' }],
  )
  if (fields.length > 0) throw new AppError('INVALID_OPTION', {}, { fields })
  return known
}

/** One look into an index for each code, however many signs bear it. What is rejected everywhere is no `Sign` any more. */
async function storedClasses(tx: Tx, codes: string[]): Promise<SignClass[]> {
  const wanted = Prisma.join(codes.map((code) => Prisma.sql`(${code})`))
  const rows = await tx.$queryRaw<Array<{ signId: number | null; reviewedId: number | null }>>`
    SELECT (SELECT s."id" FROM "Sign" s WHERE s."classCode" = w."column1" LIMIT 1) AS "signId",
           (SELECT d."id" FROM "ReviewedSign" d WHERE d."firstClassCode" = w."column1" LIMIT 1) AS "reviewedId"
    FROM (VALUES ${wanted}) w`
  const idsOf = (name: 'signId' | 'reviewedId') =>
    rows
      .map((row) => row[name])
      .filter((id) => id !== null)
      .map(Number)
  const signs = await tx.sign.findMany({ where: { id: { in: idsOf('signId') } } })
  const reviewed = await tx.reviewedSign.findMany({ where: { id: { in: idsOf('reviewedId') } } })
  return [...reviewed.map((row) => (row.model as Detection | null) ?? named(row)), ...signs.map(named)]
}

function named(row: Pick<Prisma.SignModel, 'classCode' | 'className' | 'classNameEn' | 'category'>): SignClass {
  const { classCode, className, classNameEn, category } = row
  return { class_code: classCode, class_name: className, class_name_en: classNameEn, category }
}
