/** Writes test/golden/openapi.json and asyncapi.json as the server now describes itself. Look at the difference! */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/package-root.ts'
import { describe, goldenNames } from '../test/helpers/descriptions.ts'

const dir = await mkdtemp(join(tmpdir(), 'hzsystem-docs-'))
const golden = join(packageRoot, 'test', 'golden')
await mkdir(golden, { recursive: true })
const described = await describe(dir)
for (const name of goldenNames) await writeFile(join(golden, name), described[name])
await rm(dir, { recursive: true })
