import type { ReviewedSign } from '../contract/index.ts'
import { Prisma, type Tx } from '../db/index.ts'
import { LOCAL_USER_ID } from '../users/principal.ts'
import type { RecordUnderReview } from './review-view.ts'

/** Databases limit a statement's parameters, of which a reviewed sign has seventeen. */
const SIGNS_PER_STATEMENT = 50

/**
 * Puts a record's signs in the place of those before: as they were reviewed, and as they are true now, which is what
 * lists, counts and exports read. Keeps the whole as the record's newest revision.
 * @returns how many signs the record now has.
 */
export async function storeReview(tx: Tx, record: RecordUnderReview, signs: ReviewedSign[]): Promise<number> {
  const { id: recordId, userId, day, reviewVersion, reviewState, reviewerId, reviewedAt } = record
  const owner = [recordId, userId, day]
  const valid = signs.filter(({ verdict }) => verdict !== 'rejected')
  await tx.reviewedSign.deleteMany({ where: { recordId } })
  await insertReviewed(tx, signs, owner)
  await tx.sign.deleteMany({ where: { recordId } })
  await insertValid(tx, valid, owner)
  const lowestConfidence = valid.reduce<number | null>((low, sign) => Math.min(low ?? 1, confidenceOf(sign)), null)
  await tx.record.update({ where: { id: recordId }, data: { totalDetections: valid.length, lowestConfidence } })
  const revision = {
    version: reviewVersion,
    state: reviewState,
    userId: reviewerId,
    createdAt: reviewedAt ?? new Date(),
  }
  await tx.reviewRevision.create({ data: { recordId, ...revision, signs } })
  return valid.length
}

/** By hand, as Prisma plans a createMany anew at every call, which takes longer than running it. */
async function insertReviewed(tx: Tx, signs: ReviewedSign[], owner: unknown[]): Promise<void> {
  for (const part of partsOf(signs)) {
    const rows = part.map((sign) => {
      const firstClassCode = sign.model?.class_code ?? sign.class_code
      const model = sign.model && JSON.stringify(sign.model)
      const reviewerId = sign.by && (sign.by.user_id ?? LOCAL_USER_ID)
      const reviewedAt = sign.at === null ? null : new Date(sign.at)
      return rowOf([...owner, sign.sign_key, ...placeOf(sign), model, firstClassCode, reviewerId, reviewedAt])
    })
    await tx.$executeRaw`
      INSERT INTO "ReviewedSign" ("recordId", "userId", "day", "signKey", "classCode", "className", "classNameEn",
                                  "category", "verdict", "x1", "y1", "x2", "y2", "model", "firstClassCode", "reviewerId",
                                  "reviewedAt")
      VALUES ${Prisma.join(rows)}`
  }
}

async function insertValid(tx: Tx, signs: ReviewedSign[], owner: unknown[]): Promise<void> {
  for (const part of partsOf(signs)) {
    const rows = part.map((sign) =>
      rowOf([...owner, confidenceOf(sign), ...placeOf(sign), sign.model?.track?.track_id ?? null]),
    )
    await tx.$executeRaw`
      INSERT INTO "Sign" ("recordId", "userId", "day", "confidence", "classCode", "className", "classNameEn", "category",
                          "verdict", "x1", "y1", "x2", "y2", "trackId")
      VALUES ${Prisma.join(rows)}`
  }
}

function partsOf(signs: ReviewedSign[]): ReviewedSign[][] {
  const starts = Array.from(
    { length: Math.ceil(signs.length / SIGNS_PER_STATEMENT) },
    (_, i) => i * SIGNS_PER_STATEMENT,
  )
  return starts.map((start) => signs.slice(start, start + SIGNS_PER_STATEMENT))
}

function rowOf(values: unknown[]): Prisma.Sql {
  return Prisma.sql`(${Prisma.join(values)})`
}

function placeOf({ class_code, class_name, class_name_en, category, verdict, bbox }: ReviewedSign): unknown[] {
  return [class_code, class_name, class_name_en, category, verdict, ...bbox]
}

/** A model's confidence stays its own after a correction; who adds a sign is sure of it. */
function confidenceOf({ model }: ReviewedSign): number {
  return model?.confidence ?? 1
}
