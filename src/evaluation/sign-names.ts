import { Type } from 'typebox'
import type { SignCategory } from '../contract/index.ts'
import { checkJson, parseJson } from './labels/json.ts'
import { LabelError } from './labels/label-set.ts'
import { categories } from './signs.ts'

/** A label of the model. `readingOf`: the class that a reading belongs to, whose code the wire shows. */
export interface ModelLabel {
  code: string
  name: string
  name_en: string
  category: SignCategory
  reading_of?: string | undefined
}

/** What the name of a label file means to the model. */
export interface Meaning {
  category: SignCategory | null
  classCode: string | null
  reading: string | null
  isIgnored: boolean
  /** false: the model does not know the name, and nobody translated it. */
  isKnown: boolean
}

const unknown: Meaning = { category: null, classCode: null, reading: null, isIgnored: false, isKnown: false }

const NameMap = Type.Record(Type.String(), Type.String({ minLength: 1 }))

/** Reads a map from foreign names to codes, categories or "ignore". @throws LabelError naming the field. */
export function parseNameMap(text: string, file: string): Map<string, string> {
  return new Map(Object.entries(checkJson(NameMap, parseJson(text, file), file)))
}

/** Translates the names of label files. Letter case and spaces around them do not matter. */
export class SignNames {
  readonly #meanings = new Map<string, Meaning>()
  readonly #translated = new Map<string, Meaning>()
  readonly #readings = new Map<string, string>()
  readonly #categories = new Map<string, SignCategory>()
  /** Whether the model's labels hold readings. */
  readonly modelReads: boolean

  /** `labels` without "not a sign". */
  constructor(labels: readonly ModelLabel[]) {
    this.modelReads = labels.some(({ reading_of }) => reading_of !== undefined)
    for (const category of categories) this.#meanings.set(category, { ...unknown, category, isKnown: true })
    // Names first, and in reverse: where two labels share a name the first has it, and codes win over names.
    for (const label of labels.toReversed()) for (const name of [label.name, label.name_en]) this.#add(name, label)
    for (const label of labels) this.#add(label.code, label)
  }

  /** @throws LabelError where the map names a code that the model does not know, or says two things of one name. */
  translate(map: ReadonlyMap<string, string>, file: string): void {
    const said = new Map<string, string>()
    for (const [foreign, ours] of map) {
      const [key, word] = [keyOf(foreign), keyOf(ours)]
      if ((said.get(key) ?? word) !== word) throw new LabelError(file, foreign, saidTwice)
      said.set(key, word)
      const meaning = word === 'ignore' ? { ...unknown, isIgnored: true, isKnown: true } : this.#meaningToModel(word)
      if (!meaning.isKnown) {
        throw new LabelError(file, foreign, {
          'zh-CN': `模型没有“${ours}”这个代码；也可以写 ${categories.join('、')} 或 ignore`,
          en: `the model has no code "${ours}"; it may also be ${categories.join(', ')} or ignore`,
        })
      }
      this.#translated.set(key, meaning)
    }
  }

  /** What a name or code means; a code of TT100K with a number, `il60`, is a reading of the class without it. */
  meaningOf(name: string): Meaning {
    const key = keyOf(name)
    return this.#translated.get(key) ?? this.#meaningToModel(key)
  }

  /** The code of the reading that the wire shows by name; null where it names the class only. */
  readingOf(classCode: string, className: string): string | null {
    return this.#readings.get(wireKey(classCode, className)) ?? null
  }

  /** null: the model has no such class. */
  categoryOf(classCode: string): SignCategory | null {
    return this.#categories.get(classCode) ?? null
  }

  #meaningToModel(key: string): Meaning {
    const known = this.#meanings.get(key)
    if (known) return known
    const base = /^([a-z]+)\d+(\.\d+)?$/.exec(key)?.[1]
    const ofClass = base === undefined ? undefined : this.#meanings.get(base)
    return ofClass?.classCode ? { ...ofClass, reading: key } : unknown
  }

  #add(name: string, { code, name: className, category, reading_of }: ModelLabel): void {
    const classCode = reading_of ?? code
    const reading = reading_of === undefined ? null : code
    this.#meanings.set(keyOf(name), { category, classCode, reading, isIgnored: false, isKnown: true })
    this.#categories.set(classCode, category)
    if (reading !== null) this.#readings.set(wireKey(classCode, className), reading)
  }
}

/** Names that differ in nothing else are one name. */
function keyOf(name: string): string {
  return name.trim().toLowerCase()
}

const saidTwice = {
  'zh-CN': '不计大小写和首尾空格，同一名称有两种含义',
  en: 'but for letter case and spaces around it, this name has two meanings',
}

function wireKey(classCode: string, className: string): string {
  return JSON.stringify([classCode, className])
}
