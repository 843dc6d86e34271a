/**
 * Writes what is said twice: test/golden/openapi.json and asyncapi.json as the server now describes itself, and the settings in
 * .env.example and README.md. Look at the difference!
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/package-root.ts'
import { describe, goldenNames } from '../test/helpers/descriptions.ts'
import { envExample, withSettingsTable } from './settings-text.ts'

const dir = await mkdtemp(join(tmpdir(), 'hzsystem-docs-'))
const golden = join(packageRoot, 'test', 'golden')
await mkdir(golden, { recursive: true })
const described = await describe(dir)
for (const name of goldenNames) await writeFile(join(golden, name), described[name])
await rm(dir, { recursive: true })
await writeFile(join(packageRoot, '.env.example'), envExample())
const readme = join(packageRoot, 'README.md')
await writeFile(readme, withSettingsTable(await readFile(readme, 'utf8')))
