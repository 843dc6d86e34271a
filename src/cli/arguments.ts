import { parseArgs } from 'node:util'
import type { DetectionMode, Language } from '../contract/index.ts'
import { AppError, BilingualError } from '../errors.ts'
import { type CliText, textsIn } from './texts.ts'

export interface DetectArguments {
  files: string[]
  /** null: accurate for pictures, fast for videos. */
  mode: DetectionMode | null
  confidenceThreshold: number
  /** Pictures of a video to look at, a second; null: as many as it takes. */
  frameRate: number | null
  /** Whether `x.detected.jpg`, and for videos `x.detected.mp4`, is written beside each file. */
  saves: boolean
  printsJson: boolean
  /** For pictures; null: as many as there are cores, but not more than pictures. */
  processes: number | null
  /** A model's directory; null: the bundled one. */
  modelDir: string | null
  asksForHelp: boolean
}

/** The command line is wrong: the message says how. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** The language asked for, before anything else is parsed, so that a complaint comes in it. `locale` is the system's. */
export function languageOf(argv: string[], locale: string): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  const asked = at < 0 ? undefined : argv[at]!.includes('=') ? argv[at]!.slice('--lang='.length) : argv[at + 1]
  if (asked !== undefined) return asked.toLowerCase().startsWith('en') ? 'en' : 'zh-CN'
  return isEnglish(locale) ? 'en' : 'zh-CN'
}

/** @throws UsageError for a language that the commands do not speak. */
export function refuseOtherLanguages(asked: string | undefined, wrongValue: CliText['wrongValue']): void {
  if (asked === undefined || /^(zh|en)([-_]|$)/i.test(asked)) return
  throw new UsageError(wrongValue('--lang', asked, 'zh-CN | en'))
}

/** What an error says, in a language that it knows. */
export function sentenceOf(err: unknown, language: Language): string {
  if (err instanceof BilingualError || err instanceof AppError) return err.messageIn(language)
  if (err instanceof Error && err.cause instanceof BilingualError) return err.cause.messageIn(language)
  return err instanceof Error ? err.message : String(err)
}

/** A system without a language setting reports American English: that is nobody's choice. */
function isEnglish(locale: string): boolean {
  return locale.startsWith('en-') && locale !== 'en-US'
}

/** @throws UsageError in the given language. */
export function parseArguments(argv: string[], language: Language): DetectArguments {
  const texts = textsIn(language)
  const { values, positionals } = parseWords(argv, texts)
  refuseOtherLanguages(values.lang, texts.wrongValue)
  if (positionals.length === 0 && !values.help) throw new UsageError(texts.noFiles)
  return {
    files: positionals,
    mode: values.mode === undefined ? null : modeOf(values.mode, texts),
    frameRate:
      values['frame-rate'] === undefined ? null : numberOf('--frame-rate', values['frame-rate'], 0.2, 30, texts),
    confidenceThreshold: numberOf('--confidence', values.confidence, 0, 1, texts),
    saves: !values['no-save'],
    printsJson: values.json,
    processes: values.processes === undefined ? null : wholeNumberOf('--processes', values.processes, 1, 64, texts),
    modelDir: values.model ?? null,
    asksForHelp: values.help,
  }
}

function parseWords(argv: string[], texts: CliText) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        mode: { type: 'string', short: 'm' },
        confidence: { type: 'string', short: 'c', default: '0.5' },
        'frame-rate': { type: 'string', short: 'r' },
        'no-save': { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        processes: { type: 'string', short: 'p' },
        model: { type: 'string' },
        lang: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
  } catch (err) {
    throw new UsageError(texts.wrongOption(err instanceof Error ? err.message : String(err)))
  }
}

const modes = ['fast', 'balanced', 'accurate', 'max'] as const satisfies DetectionMode[]

function modeOf(value: string, texts: CliText): DetectionMode {
  const mode = modes.find((name) => name === value)
  if (mode) return mode
  throw new UsageError(texts.wrongValue('--mode', value, modes.join(' | ')))
}

function numberOf(option: string, value: string, min: number, max: number, texts: CliText): number {
  const number = value.trim() === '' ? Number.NaN : Number(value)
  if (number >= min && number <= max) return number
  throw new UsageError(texts.wrongValue(option, value, `${min} … ${max}`))
}

function wholeNumberOf(option: string, value: string, min: number, max: number, texts: CliText): number {
  const number = numberOf(option, value, min, max, texts)
  if (Number.isInteger(number)) return number
  throw new UsageError(texts.wrongValue(option, value, `${min} … ${max}`))
}
