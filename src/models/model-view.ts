import type { RunningModel } from '../analysis/analyzer.ts'
import type { ActiveModel, Language, ModelSummary, PrecisionCheck } from '../contract/index.ts'
import type { ModelEntry } from './model-catalogue.ts'

/** What is to be told of the model that runs. */
export interface ActiveState {
  since: Date
  by: ActiveModel['by']
  model: RunningModel
  check: PrecisionCheck | null
  detectors: number
  detectorsAlive: number
}

/** The active model is described as it runs, whatever its directory holds by now. */
export function summaryOf(entry: ModelEntry, active: ActiveState | null, language: Language): ModelSummary {
  const info = active?.model ?? entry.info
  return {
    model_id: entry.id,
    name: info?.name ?? null,
    version: info?.version ?? null,
    title: info?.title ?? null,
    licence: info?.licence ?? null,
    classes: info?.labels.length ?? null,
    precisions: entry.precisions,
    valid: entry.problem === null,
    problem: entry.problem?.[language] ?? null,
    active: active && {
      since: active.since.toISOString(),
      by: active.by,
      precision: active.model.precision,
      precision_check: active.check,
      detectors: active.detectors,
      detectors_alive: active.detectorsAlive,
    },
  }
}
