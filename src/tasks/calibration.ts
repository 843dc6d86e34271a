import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Analyzer } from '../analysis/analyzer.ts'
import { type DetectionMode, withDefaults } from '../contract/index.ts'
import { type TimingModel, timingKey } from './timing-model.ts'

interface Deps {
  analyzer: Analyzer
  timing: TimingModel
  /** Pictures of different sizes to measure with. */
  dir: string
}

/**
 * Measures these modes where this machine has never run them, so that the very first estimate is a measurement too.
 * Runs of users refine it.
 */
export async function calibrate(
  { analyzer, timing, dir }: Deps,
  modes: DetectionMode[],
  signal: AbortSignal,
): Promise<void> {
  const unknown = modes.filter((mode) => !timing.knows(timingKey(analyzer.model, withDefaults({ mode }))))
  if (unknown.length === 0) return
  const names = await readdir(dir)
  await Promise.all(unknown.flatMap((mode) => names.map((name) => measure(mode, join(dir, name)))))
  await timing.save()

  async function measure(mode: DetectionMode, path: string): Promise<void> {
    const job = { path, fileName: path, mode, confidenceThreshold: 0.5, resultPath: null, thumbnailPath: null }
    const { width, height, stageSeconds, model } = await analyzer.analyze(job, signal, () => {})
    const seconds = Object.values(stageSeconds).reduce((sum, stage) => sum + stage, 0)
    for (const save_result of [true, false]) {
      timing.add(timingKey(model, withDefaults({ mode, save_result })), (width * height) / 1e6, seconds)
    }
  }
}
