import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What applying migrations needs of a database. */
export interface MigrationConnection {
  /** Runs a script of statements. */
  script(sql: string): Promise<void>
  /** Runs a script in one transaction; SQLite's with foreign keys off, for the tables that Prisma rebuilds. */
  transaction(sql: string): Promise<void>
  rows(sql: string): Promise<Array<Record<string, unknown>>>
}

/** The table that Prisma's own tools keep, so that they agree with us on what has been applied. */
const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`

/**
 * Applies the migrations of `dir` that the database has not seen, oldest first, each whole or not at all.
 * @returns the names of those applied now.
 * @throws Error when an applied migration was edited, or one fails; the database is then as before it.
 */
export async function applyMigrations(db: MigrationConnection, dir: string): Promise<string[]> {
  await db.script(TABLE)
  const rows = await db.rows('SELECT migration_name, checksum FROM "_prisma_migrations" WHERE rolled_back_at IS NULL')
  const checksums = new Map(rows.map((row) => [String(row.migration_name), String(row.checksum)]))
  const applied: string[] = []
  for (const { name, sql, checksum } of migrationsIn(dir)) {
    const known = checksums.get(name)
    if (known === checksum) continue
    if (known !== undefined) throw new Error(`The migration ${name} was edited after it had been applied`)
    await applyOne(db, name, sql, checksum)
    applied.push(name)
  }
  return applied
}

function migrationsIn(dir: string) {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(dir, name, 'migration.sql'), 'utf8') }))
    .map((migration) => ({ ...migration, checksum: createHash('sha256').update(migration.sql).digest('hex') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function applyOne(db: MigrationConnection, name: string, sql: string, checksum: string): Promise<void> {
  const now = Date.now()
  const note = `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
    VALUES ('${randomUUID()}', '${checksum}', '${name.replaceAll("'", "''")}', ${now}, ${now}, 1);`
  try {
    await db.transaction(`${sql}\n;${note}`)
  } catch (cause) {
    throw new Error(`The migration ${name} failed: ${(cause as Error).message}`, { cause })
  }
}
