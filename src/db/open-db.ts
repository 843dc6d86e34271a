import { mkdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type Client, createClient } from '@libsql/client'
import { packageRoot } from '../package-root.ts'
import { type Prisma, PrismaClient } from './generated/sqlite/client.ts'
import { applyMigrations, type MigrationConnection } from './migrate.ts'
import { SqliteAdapter } from './sqlite-client.ts'

export type Db = PrismaClient
/** The database inside a transaction. The outer `Db` must not be used before it ends: SQLite would wait for itself. */
export type Tx = Prisma.TransactionClient

/**
 * Opens the database, makes it where it is absent and brings it up to date.
 * @param url `file:…`, relative to the working directory.
 */
export async function openDb(url: string): Promise<Db> {
  if (!url.startsWith('file:')) throw new Error(`DATABASE_URL must begin with file:, not ${url.split(':', 1)[0]}:`)
  mkdirSync(dirname(resolve(pathOf(url))), { recursive: true })
  const first = createClient({ url })
  try {
    await first.execute('PRAGMA journal_mode = WAL') // kept in the file
    await applyMigrations(connectionOf(first), join(packageRoot, 'prisma', 'sqlite', 'migrations'))
  } finally {
    first.close()
  }
  const adapter = new SqliteAdapter({ url })
  return new PrismaClient({ adapter, transactionOptions: { maxWait: 20_000, timeout: 20_000 } })
}

export function pathOf(url: string): string {
  return url.slice('file:'.length).replace(/\?.*$/, '')
}

function connectionOf(client: Client): MigrationConnection {
  return {
    script: (sql) => client.executeMultiple(sql),
    transaction: (sql) =>
      client.executeMultiple(
        `PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n${sql}\nCOMMIT;\nPRAGMA foreign_keys = ON;`,
      ),
    rows: async (sql) => (await client.execute(sql)).rows as unknown as Array<Record<string, unknown>>,
  }
}
