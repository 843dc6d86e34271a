import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { DetectionMode, Language } from '../contract/index.ts'
import { type Precision, precisions } from '../detection/model-manifest.ts'
import { alterations } from '../evaluation/alter/alter.ts'
import { lowestConfidence } from '../evaluation/collect.ts'
import type { EvaluationOptions } from '../evaluation/evaluate.ts'
import { type Floor, FloorError, isAbout, measureNames, parseFloors } from '../evaluation/floors.ts'
import { labelFormats } from '../evaluation/labels/label-set.ts'
import { packageRoot } from '../package-root.ts'
import { refuseOtherLanguages, UsageError } from './arguments.ts'
import { type EvalText, evalTextsIn } from './eval-texts.ts'

export interface EvalArguments extends EvaluationOptions {
  jsonPath: string | null
  htmlPath: string | null
  /** Of each kind of mistake, on the page. */
  maxPictures: number
  floors: Floor[]
  asksForHelp: boolean
}

const modes = ['fast', 'balanced', 'accurate', 'max'] as const satisfies DetectionMode[]
const defaultThresholds = [0.25, 0.4, 0.5, 0.6]
/** As in `npm run detect`: nobody else shares this computer's memory. */
const maxPixels = 268_402_689

/** @throws UsageError in the given language. */
export function parseEvalArguments(argv: string[], language: Language): EvalArguments {
  const texts = evalTextsIn(language)
  const { values, positionals } = parseWords(argv, texts)
  refuseOtherLanguages(values.lang, texts.wrongValue)
  const [dir] = positionals
  if (!values.help && (dir === undefined || positionals.length > 1)) throw new UsageError(texts.noFolder)
  const read = new OptionReader(texts)
  const floors = values.floor === undefined ? [] : floorsOf(values.floor, texts)
  const confidence = read.number('--confidence', values.confidence, lowestConfidence)
  const asked = {
    dir: dir ?? '',
    modelDir: values.model ?? join(packageRoot, 'models/hz-signs'),
    precision: read.oneOf<Precision>('--precision', values.precision, precisions),
    modes: read.someOf('--mode', values.mode, modes),
    format: values.format === undefined ? null : read.oneOf('--format', values.format, labelFormats),
    labelFile: values.labels ?? null,
    classFile: values.classes ?? null,
    mapFile: values.map ?? null,
    unlabelledAreEmpty: values['unlabelled-are-empty'],
    isSignFree: values['sign-free'],
    minIou: read.number('--iou', values.iou, 0.01),
    confidence,
    thresholds: thresholdsOf(confidence, floors),
    alterations: values.alter === undefined ? [] : read.someOf('--alter', values.alter, alterations, 'all'),
    seed: read.wholeNumber('--seed', values.seed, 2 ** 31),
    maxPixels,
    jsonPath: values.json ?? null,
    htmlPath: values.html ?? null,
    maxPictures: read.wholeNumber('--pictures', values.pictures, 1000),
    floors,
    asksForHelp: values.help,
  }
  refuseContradictions(asked, texts)
  return asked
}

function parseWords(argv: string[], texts: EvalText) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        model: text,
        precision: { ...text, default: 'fp32' },
        mode: { ...text, short: 'm', default: 'accurate' },
        format: text,
        labels: text,
        classes: text,
        map: text,
        'unlabelled-are-empty': flag,
        'sign-free': flag,
        iou: { ...text, default: '0.5' },
        confidence: { ...text, short: 'c', default: '0.5' },
        alter: text,
        seed: { ...text, default: '1' },
        json: text,
        html: text,
        pictures: { ...text, default: '24' },
        floor: text,
        lang: text,
        help: { ...flag, short: 'h' },
      },
    })
  } catch (err) {
    throw new UsageError(texts.wrongOption(err instanceof Error ? err.message : String(err)))
  }
}

class OptionReader {
  readonly #texts: EvalText

  constructor(texts: EvalText) {
    this.#texts = texts
  }

  number(option: string, value: string, min = 0): number {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (number >= min && number <= 1) return number
    throw this.#wrong(option, value, `${min} … 1`)
  }

  wholeNumber(option: string, value: string, max: number): number {
    const number = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isInteger(number) && number >= 0 && number <= max) return number
    throw this.#wrong(option, value, `0 … ${max}`)
  }

  oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
    const choice = choices.find((name) => name === value)
    if (choice !== undefined) return choice
    throw this.#wrong(option, value, choices.join(' | '))
  }

  /** Names with commas between them, each once; `all` stands for every one. */
  someOf<T extends string>(option: string, value: string, choices: readonly T[], all?: string): T[] {
    if (all !== undefined && value === all) return [...choices]
    const names = value.split(',').map((name) => name.trim())
    const wrong = names.find((name) => !choices.some((choice) => choice === name))
    if (wrong !== undefined) throw this.#wrong(option, wrong, [...choices, ...(all ? [all] : [])].join(' | '))
    return [...new Set(names as T[])]
  }

  #wrong(option: string, value: string, expected: string): UsageError {
    return new UsageError(this.#texts.wrongValue(option, value, expected))
  }
}

function floorsOf(text: string, texts: EvalText): Floor[] {
  try {
    return parseFloors(text)
  } catch (err) {
    if (!(err instanceof FloorError)) throw err
    throw new UsageError(texts.wrongValue('--floor', err.message, `[mode:][alteration:]${measureNames.join(' | ')}`))
  }
}

function thresholdsOf(confidence: number, floors: Floor[]): number[] {
  const asked = floors.map((floor) => floor.confidence).filter((value) => value !== null)
  return [...new Set([...defaultThresholds, confidence, ...asked])].sort((a, b) => a - b)
}

function refuseContradictions(asked: EvalArguments, texts: EvalText): void {
  if (asked.isSignFree) {
    const { format, labelFile, classFile, mapFile } = asked
    const labelled = { '--format': format, '--labels': labelFile, '--classes': classFile, '--map': mapFile }
    const option = Object.entries(labelled).find(([, value]) => value !== null)?.[0]
    if (option !== undefined) throw new UsageError(texts.excludesLabels(option))
  }
  const runs = [null, ...asked.alterations].flatMap((alteration) => asked.modes.map((mode) => ({ mode, alteration })))
  const idle = asked.floors.find((floor) => !runs.some((run) => isAbout(floor, run)))
  if (idle) throw new UsageError(texts.floorAboutNothing(idle.text))
}
