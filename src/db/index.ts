export { Prisma } from './generated/sqlite/client.ts'
export * from './generated/sqlite/enums.ts'
export type * from './generated/sqlite/models.ts'
export { type Db, openDb, type Tx } from './open-db.ts'
