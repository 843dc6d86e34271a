import type { Statistics } from '../contract/index.ts'
import type { Db, Prisma } from '../db/index.ts'
import type { RecordFilters } from '../records/record-filters.ts'

/** Tasks of the filters' time and user: what became of them. The most frequent failure comes first. */
export async function countTasks(db: Db, { userId, from, to }: RecordFilters): Promise<Statistics['tasks']> {
  const where: Prisma.TaskWhereInput = {}
  if (userId !== null) where.userId = userId
  if (from !== null || to !== null) where.queuedAt = { ...(from && { gte: from }), ...(to && { lt: to }) }
  const statuses = await db.task.groupBy({ by: ['status'], where, _count: true })
  const errors = await db.task.groupBy({ by: ['errorCode'], where: { ...where, status: 'failed' }, _count: true })
  const failures = errors.map(({ errorCode, _count }) => ({ error_code: errorCode ?? 'INTERNAL', tasks: _count }))
  failures.sort((a, b) => b.tasks - a.tasks || (a.error_code < b.error_code ? -1 : 1))
  const none = { queued: 0, processing: 0, success: 0, failed: 0, cancelled: 0 }
  return { ...none, ...Object.fromEntries(statuses.map(({ status, _count }) => [status, _count])), failures }
}
