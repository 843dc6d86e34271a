import type { PrecisionDecision } from '../analysis/precision-check.ts'
import type { Precision, PrecisionCheck } from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import type { ModelEntry } from './model-catalogue.ts'

interface Deps {
  db: Db
  /** `auto`: by a self-check, once for each model and machine. */
  setting: 'auto' | Precision
  /** Compares the precisions of the model in a directory. */
  check: (dir: string, signal: AbortSignal) => Promise<PrecisionDecision>
  /** What a check is true of; another text asks for another check. */
  conditionsOf: (dir: string) => Promise<string>
}

export interface Choice {
  precision: Precision
  /** False: a check would tell whether another is better. */
  isFinal: boolean
}

/** Which precision a model is to run in. What a check has found is remembered, so that later starts know it at once. */
export class PrecisionChoice {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** What is known now, without a check: fp32 where nothing is, for it is what the model was made in. */
  async known(model: ModelEntry): Promise<Choice> {
    const { setting } = this.#deps
    if (!model.precisions.includes('int8')) return { precision: 'fp32', isFinal: true }
    if (setting !== 'auto') return { precision: setting, isFinal: true }
    const check = await this.checkOf(model)
    return { precision: check?.precision ?? 'fp32', isFinal: check !== null }
  }

  /** Checks now, and remembers. @throws Error saying why nothing could be compared; the signal's reason. */
  async check(model: ModelEntry, signal: AbortSignal): Promise<PrecisionDecision> {
    const { db, check, conditionsOf } = this.#deps
    const conditions = await conditionsOf(model.dir)
    const decision = await check(model.dir, signal)
    const row = { conditions, ...decision, checkedAt: new Date() }
    const where = { model: keyOf(model) }
    await db.precisionVerdict.upsert({ where, create: { ...where, ...row }, update: row })
    return decision
  }

  /** What the last check of these very files on this very machine found; null where there was none. */
  async checkOf(model: ModelEntry): Promise<PrecisionCheck | null> {
    const { db, conditionsOf } = this.#deps
    const row = await db.precisionVerdict.findUnique({ where: { model: keyOf(model) } })
    if (row === null || row.conditions !== (await conditionsOf(model.dir))) return null
    const { precision, reason, fp32Seconds: fp32_seconds, int8Seconds: int8_seconds, checkedAt } = row
    return { precision, reason, fp32_seconds, int8_seconds, checked_at: checkedAt.toISOString() }
  }
}

function keyOf({ info, id }: ModelEntry): string {
  return info === null ? id : `${info.name}@${info.version}`
}
