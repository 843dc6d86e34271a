import type { RetentionPolicy, RetentionState } from '../contract/index.ts'
import type { Db, Prisma } from '../db/index.ts'
import { personOf } from '../records/record-view.ts'

const withUser = { user: { select: { id: true, username: true } } } satisfies Prisma.RetentionPolicyInclude
export type PolicyRow = Prisma.RetentionPolicyGetPayload<{ include: typeof withUser }>

export const nothingGoes: RetentionPolicy = { originals_days: null, records_days: null }

/** Every change is a row, so that who set what and when stays known. */
export function insertPolicy(
  db: Db,
  { originals_days, records_days }: RetentionPolicy,
  userId: number,
  createdAt: Date,
): Promise<PolicyRow> {
  const data = { originalsDays: originals_days, recordsDays: records_days, userId, createdAt }
  return db.retentionPolicy.create({ data, include: withUser })
}

/** Null where nobody has ever set one. */
export function latestPolicy(db: Db): Promise<PolicyRow | null> {
  return db.retentionPolicy.findFirst({ orderBy: { id: 'desc' }, include: withUser })
}

/** When a policy, the present one or one before, was last applied to the end. */
export async function lastRunAt(db: Db): Promise<Date | null> {
  const { _max } = await db.retentionPolicy.aggregate({ _max: { lastRunAt: true } })
  return _max.lastRunAt
}

export function policyOf(row: PolicyRow | null): RetentionPolicy {
  return row === null ? nothingGoes : { originals_days: row.originalsDays, records_days: row.recordsDays }
}

export function stateOf(row: PolicyRow | null, ranAt: Date | null): RetentionState {
  return {
    policy: policyOf(row),
    changed_by: personOf(row?.user ?? null),
    changed_at: row?.createdAt.toISOString() ?? null,
    last_run_at: ranAt?.toISOString() ?? null,
  }
}
