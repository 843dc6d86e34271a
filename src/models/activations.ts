import type { ModelActivation, ModelActivationPage, ModelActivationQuery } from '../contract/index.ts'
import type { ActivationKind, Db, Prisma, Tx } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { wireUserId } from '../users/principal.ts'

/** A model as it was named when it was chosen. */
export interface NamedModel {
  id: string
  name: string
  version: string
}

const withUser = { user: { select: { id: true, username: true } } } satisfies Prisma.ModelActivationInclude
export type ActivationRow = Prisma.ModelActivationGetPayload<{ include: typeof withUser }>

interface NewActivation {
  kind: ActivationKind
  from: NamedModel
  to: NamedModel
  userId: number
}

export function insertActivation(tx: Tx, { kind, from, to, userId }: NewActivation): Promise<ActivationRow> {
  return tx.modelActivation.create({
    data: {
      ...{ kind, userId, modelId: to.id, name: to.name, version: to.version },
      ...{ fromId: from.id, fromName: from.name, fromVersion: from.version },
    },
    include: withUser,
  })
}

/** Null where no administrator has ever chosen. */
export function latestActivation(db: Db): Promise<ActivationRow | null> {
  return db.modelActivation.findFirst({ orderBy: { id: 'desc' }, include: withUser })
}

/** Newest first. @throws INVALID_CURSOR */
export async function listActivations(
  db: Db,
  { cursor, limit = 50 }: ModelActivationQuery,
): Promise<ModelActivationPage> {
  const before = cursor === undefined ? undefined : positionOf(cursor)
  const rows = await db.modelActivation.findMany({
    where: before === undefined ? {} : { id: { lt: before } },
    orderBy: { id: 'desc' },
    take: limit + 1,
    include: withUser,
  })
  const shown = rows.slice(0, limit)
  return { items: shown.map(toActivation), next_cursor: rows.length > limit ? `m${shown.at(-1)?.id}` : null }
}

export function byOf({ user }: ActivationRow): ModelActivation['by'] {
  return user === null ? null : { user_id: wireUserId(user.id), username: user.username }
}

function toActivation(row: ActivationRow): ModelActivation {
  return {
    activation_id: row.id,
    kind: row.kind,
    from: { model_id: row.fromId, name: row.fromName, version: row.fromVersion },
    to: { model_id: row.modelId, name: row.name, version: row.version },
    by: byOf(row),
    at: row.createdAt.toISOString(),
  }
}

function positionOf(cursor: string): number {
  const match = /^m(\d{1,9})$/.exec(cursor)
  if (match === null) throw new AppError('INVALID_CURSOR')
  return Number(match[1])
}
