import type { FullDetectionOptions, ModelIdentity, Precision } from '../contract/index.ts'
import type { Db } from '../db/index.ts'

/** Weighted sums over measured runs: count, megapixels, seconds and their products. */
export interface TimingSums {
  n: number
  x: number
  y: number
  xx: number
  xy: number
}

/** Each new run makes the earlier ones count this much less: about the last hundred matter. */
const DECAY = 0.99

export function observe(sums: TimingSums | undefined, megapixels: number, seconds: number): TimingSums {
  const { n, x, y, xx, xy } = sums ?? { n: 0, x: 0, y: 0, xx: 0, xy: 0 }
  return {
    n: n * DECAY + 1,
    x: x * DECAY + megapixels,
    y: y * DECAY + seconds,
    xx: xx * DECAY + megapixels * megapixels,
    xy: xy * DECAY + megapixels * seconds,
  }
}

/**
 * Seconds that a picture of so many megapixels will take: the least-squares line through the measured runs. Until
 * runs of different sizes are known, their mean.
 */
export function predict({ n, x, y, xx, xy }: TimingSums, megapixels: number): number {
  const mean = y / n
  const spread = xx / n - (x / n) ** 2
  if (spread < 0.01) return mean
  const slope = Math.max(0, (xy / n - (x / n) * mean) / spread)
  return Math.max(mean * 0.1, mean + slope * (megapixels - x / n))
}

/** How long tasks take on this machine, learnt from those that have run and kept over restarts. */
export class TimingModel {
  readonly #db: Db
  readonly #profiles = new Map<string, TimingSums>()
  readonly #unsaved = new Set<string>()

  private constructor(db: Db) {
    this.#db = db
  }

  static async open(db: Db): Promise<TimingModel> {
    const model = new TimingModel(db)
    for (const { key, sums } of await db.timingProfile.findMany()) {
      model.#profiles.set(key, sums as unknown as TimingSums)
    }
    return model
  }

  knows(key: string): boolean {
    return this.#profiles.has(key)
  }

  add(key: string, megapixels: number, seconds: number): void {
    this.#profiles.set(key, observe(this.#profiles.get(key), megapixels, seconds))
    this.#unsaved.add(key)
  }

  /**
   * In seconds, rounded to hundredths. Until a new model has been measured, what another one took in the same mode; 0 where
   * nothing like it has ever run.
   */
  estimate(key: string, megapixels: number): number {
    const sums = this.#profiles.get(key) ?? this.#ofAnotherModel(key)
    return sums === undefined ? 0 : Math.round(predict(sums, megapixels) * 100) / 100
  }

  #ofAnotherModel(key: string): TimingSums | undefined {
    const kind = `/${key.split('/').slice(-2).join('/')}`
    return [...this.#profiles].findLast(([other]) => other.endsWith(kind))?.[1]
  }

  async save(): Promise<void> {
    const keys = [...this.#unsaved]
    this.#unsaved.clear()
    for (const key of keys) {
      const sums = { ...(this.#profiles.get(key) as TimingSums) }
      await this.#db.timingProfile.upsert({ where: { key }, create: { key, sums }, update: { sums } })
    }
  }
}

/** What runs are comparable in time. */
export function timingKey(
  { name, version, precision = 'fp32' }: ModelIdentity & { precision?: Precision },
  options: FullDetectionOptions,
): string {
  const model = `${name}@${version}${precision === 'fp32' ? '' : `+${precision}`}`
  return `${model}/${options.mode}/${options.save_result ? 'drawn' : 'plain'}`
}

/** The same of videos, whose measure is `megapixelSeconds`. */
export function videoTimingKey(model: Parameters<typeof timingKey>[0], options: FullDetectionOptions): string {
  return `${timingKey(model, options)}/video`
}

/** What a video costs grows with its length and with its pictures. */
export function megapixelSeconds({
  width,
  height,
  duration,
}: {
  width: number
  height: number
  duration: number
}): number {
  return ((width * height) / 1e6) * duration
}
