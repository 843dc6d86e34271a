import { parseArgs } from 'node:util'
import type { Language } from '../contract/index.ts'
import { refuseOtherLanguages, UsageError } from './arguments.ts'
import { modelCheckTexts } from './model-check-texts.ts'
import { textsIn } from './texts.ts'

export interface ModelCheckArguments {
  dir: string
  photos: string[]
  printsJson: boolean
  /** How often each mode is timed. */
  runs: number
  asksForHelp: boolean
}

/** @throws UsageError in the given language. */
export function parseModelCheckArguments(argv: string[], language: Language): ModelCheckArguments {
  const { values, positionals } = parseWords(argv, language)
  refuseOtherLanguages(values.lang, textsIn(language).wrongValue)
  const [dir, ...photos] = positionals
  if (dir === undefined && !values.help) throw new UsageError(modelCheckTexts(language).noDirectory)
  const runs = Number(values.runs)
  if (!Number.isInteger(runs) || runs < 1 || runs > 100) {
    throw new UsageError(textsIn(language).wrongValue('--runs', values.runs, '1 … 100'))
  }
  return { dir: dir ?? '', photos, printsJson: values.json, runs, asksForHelp: values.help }
}

function parseWords(argv: string[], language: Language) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        runs: { type: 'string', default: '3' },
        lang: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (err) {
    throw new UsageError(textsIn(language).wrongOption(err instanceof Error ? err.message : String(err)))
  }
}
