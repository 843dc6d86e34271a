import { join } from 'node:path'
import { buildApp } from '../../src/app.ts'
import { loadConfig } from '../../src/config.ts'
import { ScriptedAnalyzer } from './analyzers.ts'

export const goldenNames = ['openapi.json', 'asyncapi.json'] as const
export type GoldenName = (typeof goldenNames)[number]

/** How the server describes itself, as the golden files have it. */
export async function describe(dir: string): Promise<Record<GoldenName, string>> {
  const settings = { DATABASE_URL: `file:${dir}/docs.db`, MEDIA_DIR: join(dir, 'media'), LOG_LEVEL: 'silent' }
  const app = await buildApp(loadConfig(settings), { analyzer: new ScriptedAnalyzer() })
  try {
    const [openapi, asyncapi] = await Promise.all(
      goldenNames.map(async (name) => {
        const { statusCode, body } = await app.inject(`/api/${name}`)
        if (statusCode !== 200) throw new Error(`/api/${name} answers ${statusCode}`)
        return `${JSON.stringify(JSON.parse(body), null, 2)}\n`
      }),
    )
    return { 'openapi.json': openapi ?? '', 'asyncapi.json': asyncapi ?? '' }
  } finally {
    await app.close()
  }
}
