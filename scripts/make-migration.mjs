// Writes the next migration: the SQL that turns what prisma/sqlite/migrations builds into what prisma/schema.prisma says.
// Usage: npm run db:migration -- NAME
//
// Prisma's own command needs a native engine that it downloads; this runs the same engine built to WebAssembly.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'

const root = fileURLToPath(new URL('..', import.meta.url))
const migrationsDir = join(root, 'prisma', 'sqlite', 'migrations')
const schemaPath = join(root, 'prisma', 'schema.prisma')

const name = process.argv[2]
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: npm run db:migration -- NAME   (small letters, digits and _)')
  process.exit(1)
}

const engine = await openEngine()
const { stdout: sql } = await engine.diff({
  from: { tag: 'migrations', ...migrations() },
  to: { tag: 'schemaDatamodel', files: [schema()] },
  script: true,
  shadowDatabaseUrl: null,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
})
if (!sql || /^-- This is an empty migration/.test(sql)) {
  console.log('Nothing to do: the migrations already build the schema.')
  process.exit(0)
}
const dir = join(migrationsDir, `${new Date().toISOString().replace(/\D/g, '').slice(0, 14)}_${name}`)
mkdirSync(dir, { recursive: true })
writeFileSync(join(dir, 'migration.sql'), sql)
console.log(`Wrote ${join(dir, 'migration.sql')}`)
process.exit(0)

function schema() {
  return { path: schemaPath, content: readFileSync(schemaPath, 'utf8') }
}

function migrations() {
  const read = (...path) => ({ path: join(...path), content: readFileSync(join(migrationsDir, ...path), 'utf8') })
  const directories = readdirSync(migrationsDir, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  return {
    baseDir: migrationsDir,
    lockfile: read('migration_lock.toml'),
    shadowDbInitScript: '',
    migrationDirectories: directories
      .map(({ name }) => ({
        path: name,
        migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: read(name, 'migration.sql').content } },
      }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  }
}

async function openEngine() {
  const require = createRequire(import.meta.url)
  const bindings = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const wasm = readFileSync(join(dirname(require.resolve('@prisma/schema-engine-wasm')), 'schema_engine_bg.wasm'))
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  const adapter = bindMigrationAwareSqlAdapterFactory(replaying(new PrismaLibSql({ url: 'file::memory:' })))
  return bindings.SchemaEngine.new({ datamodels: [[schemaPath, schema().content]] }, () => {}, adapter)
}

/** Migrations are replayed on the shadow database with executeRaw, which runs only a script's first statement. */
function replaying(factory) {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: () => factory.connect(),
    async connectToShadowDb() {
      const db = await factory.connectToShadowDb()
      db.executeRaw = async ({ sql }) => {
        await db.executeScript(sql)
        return 0
      }
      return db
    },
  }
}
