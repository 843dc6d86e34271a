import type { Client, InStatement, Transaction } from '@libsql/client'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import Database from 'libsql'

/** How long a statement waits for another process's lock. */
const BUSY_TIMEOUT_MS = 5000
/** Prepared statements kept; Prisma writes a few hundred different ones. */
const MAX_STATEMENTS = 500

/*
 * synchronous=NORMAL: a killed process loses nothing; a power cut may lose the last moment's commits, but never
 * corrupts. FULL would hold up the event loop for every commit.
 */
const SETTINGS = [
  'PRAGMA foreign_keys = ON',
  'PRAGMA synchronous = NORMAL',
  `PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`,
  'PRAGMA cache_size = -32000',
]

type Row = unknown[]

/** A statement prepared once; `columns` is null where it returns no rows. */
interface Prepared {
  statement: Database.Statement
  columns: { names: string[]; types: string[] } | null
}

/**
 * What Prisma's adapter needs of @libsql/client, over one connection. The original opens a connection after every
 * transaction, which forgets its settings, and prepares every statement anew: a third of a task's time in this process.
 * One connection is enough, because the adapter lets one transaction or statement in at a time.
 */
class SqliteClient {
  readonly #db: Database.Database
  readonly #prepared = new Map<string, Prepared>()
  closed = false

  constructor(path: string) {
    this.#db = new Database(path)
    for (const sql of SETTINGS) this.#db.exec(sql)
  }

  async execute(statement: InStatement) {
    const { sql, args = [] } = typeof statement === 'string' ? { sql: statement } : statement
    const prepared = this.#prepare(sql)
    const values = (args as unknown[]).map(toSql)
    if (prepared.columns === null) {
      const { changes } = prepared.statement.run(values)
      return { columns: [], columnTypes: [], rows: [], rowsAffected: changes }
    }
    const rows = (prepared.statement.all(values) as Row[]).map((row) => row.map(fromSql))
    return { columns: prepared.columns.names, columnTypes: [...prepared.columns.types], rows, rowsAffected: 0 }
  }

  async executeMultiple(script: string): Promise<void> {
    this.#db.exec(script)
  }

  /** Takes the write lock at once: asked for later, after a read, it could be refused. */
  async transaction() {
    this.#db.exec('BEGIN IMMEDIATE')
    const end = async (sql: string) => {
      if (this.#db.inTransaction) this.#db.exec(sql)
    }
    return {
      execute: (statement: InStatement) => this.execute(statement),
      commit: () => end('COMMIT'),
      rollback: () => end('ROLLBACK'),
    }
  }

  close(): void {
    this.closed = true
    this.#prepared.clear()
    this.#db.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.#db.prepare(sql)
    const prepared = { statement, columns: columnsOf(statement) }
    this.#prepared.set(sql, prepared)
    const [oldest] = this.#prepared.keys()
    if (this.#prepared.size > MAX_STATEMENTS && oldest !== undefined) this.#prepared.delete(oldest)
    return prepared
  }
}

/** libsql says that a statement returns no rows by refusing to return them raw. */
function columnsOf(statement: Database.Statement): Prepared['columns'] {
  try {
    statement.raw(true)
  } catch {
    return null
  }
  const columns = statement.columns()
  return { names: columns.map(({ name }) => name), types: columns.map(({ type }) => type ?? '') }
}

function toSql(value: unknown): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof ArrayBuffer) return Buffer.from(value)
  return value instanceof Date ? value.valueOf() : value
}

function fromSql(value: unknown): unknown {
  if (!Buffer.isBuffer(value)) return value
  return value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength)
}

/** Prisma's libsql adapter over one connection that keeps its settings and statements. */
export class SqliteAdapter extends PrismaLibSql {
  override createClient({ url }: { url: string }): Client {
    return new SqliteClient(url.replace(/^file:/, '')) as unknown as Client & { transaction(): Promise<Transaction> }
  }
}
