import type { RecordOrder } from '../contract/index.ts'
import { Prisma } from '../db/index.ts'

/** Where a record stands in an order, so that a page can go on behind it. */
export interface RecordPlace {
  id: number
  /** What a ranked order goes by: the signs or their lowest confidence. Null in orders by id, and where there is none. */
  value: number | null
}

export type RankedOrder = Exclude<RecordOrder, 'newest' | 'oldest'>

interface Ranking {
  value: Prisma.Sql
  orderBy: Prisma.Sql
  after(place: RecordPlace): Prisma.Sql
}

/** Each is the order of an index, whose entries end with the id; read backwards, ids fall as well. */
export const rankings: Record<RankedOrder, Ranking> = {
  most_signs: {
    value: Prisma.sql`r."totalDetections"`,
    orderBy: Prisma.sql`r."totalDetections" DESC, r."id" DESC`,
    after: ({ id, value }) => Prisma.sql`(r."totalDetections", r."id") < (${value}, ${id})`,
  },
  least_confident: {
    value: Prisma.sql`r."lowestConfidence"`,
    orderBy: Prisma.sql`r."lowestConfidence" ASC NULLS LAST, r."id" ASC`,
    after: ({ id, value }) =>
      value === null
        ? Prisma.sql`r."lowestConfidence" IS NULL AND r."id" > ${id}`
        : Prisma.sql`((r."lowestConfidence", r."id") > (${value}, ${id}) OR r."lowestConfidence" IS NULL)`,
  },
}

export function isRanked(order: RecordOrder): order is RankedOrder {
  return order in rankings
}
