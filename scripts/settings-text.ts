import type { TSchema } from 'typebox'
import { Env } from '../src/config.ts'

interface Setting {
  name: string
  fallback: string
  description: string
}

const settings: Setting[] = Object.entries(Env.properties as Record<string, TSchema>).map(([name, schema]) => {
  const { default: fallback, description } = schema as { default?: unknown; description?: string }
  return { name, fallback: String(fallback), description: description ?? '' }
})

/** .env.example: every setting with its default. */
export function envExample(): string {
  const lines = settings.map(({ name, fallback, description }) => `# ${description}\n${name}=${fallback}`)
  return `# Every setting, with its default. Copy to .env and change what you need.\n\n${lines.join('\n\n')}\n`
}

/** The rows of the settings table in README.md. */
export function settingsTable(): string {
  const rows = settings.map(({ name, fallback, description }) => {
    const shown = fallback === '' ? '' : `\`${fallback}\``
    return `| \`${name}\` | ${shown} | ${description.replaceAll('|', '\\|')} |`
  })
  return ['| setting | default | meaning |', '|---|---|---|', ...rows].join('\n')
}

export const settingNames = settings.map(({ name }) => name)

const BEGIN = '<!-- settings -->'
const END = '<!-- /settings -->'

/** README.md with its settings table as the config schema has it. */
export function withSettingsTable(readme: string): string {
  const begin = readme.indexOf(BEGIN)
  const end = readme.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`README.md lacks ${BEGIN} … ${END}`)
  return `${readme.slice(0, begin + BEGIN.length)}\n${settingsTable()}\n${readme.slice(end)}`
}
