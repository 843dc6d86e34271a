import type { Prisma, Tx } from '../db/index.ts'

/** The tokens of sign-ins, as opposed to personal ones. */
export const sessionKinds: Prisma.TokenWhereInput = { kind: { in: ['access', 'refresh'] } }

/**
 * Revokes the tokens that `which` selects and that are not revoked yet.
 * @returns the ids of those that a live socket may have come with, for the hint `access_ended` after the commit.
 */
export async function revokeTokens(tx: Tx, which: Prisma.TokenWhereInput, at: Date): Promise<string[]> {
  const revoked = await tx.token.updateManyAndReturn({
    where: { ...which, revokedAt: null },
    data: { revokedAt: at },
    select: { id: true, kind: true, expiresAt: true },
  })
  const opensSockets = revoked.filter(({ kind }) => kind === 'access' || kind === 'personal')
  return opensSockets.filter(({ expiresAt }) => expiresAt === null || expiresAt > at).map(({ id }) => id)
}

/** Users who can sign in and then make or enable others: without one, nobody could ever again. */
export const activeAdministrators: Prisma.UserWhereInput = {
  role: 'administrator',
  disabledAt: null,
  passwordHash: { not: null },
}
