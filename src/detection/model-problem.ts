import { BilingualError } from '../errors.ts'

/** One sentence in both languages. */
export interface Sentence {
  en: string
  zh: string
}

/** What is wrong with a model's directory, said to whoever put it together: `FILE: FIELD: SENTENCE`. */
export class ModelProblem extends BilingualError {
  override name = 'ModelProblem'
  /** The file at fault: model.json, or a network. */
  readonly file: string
  /** As in `detector.input.layout`; null where the whole file is meant. */
  readonly field: string | null
  readonly sentence: Sentence

  constructor(file: string, field: string | null, sentence: Sentence, options?: ErrorOptions) {
    super({ en: placed(file, field, sentence.en), 'zh-CN': placed(file, field, sentence.zh) }, options)
    this.file = file
    this.field = field
    this.sentence = sentence
  }
}

function placed(file: string, field: string | null, text: string): string {
  return [file, ...(field === null ? [] : [field]), text].join(': ')
}

export function reasonOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}
