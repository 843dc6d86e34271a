import type { Analyzer, ModelSource } from '../analysis/analyzer.ts'
import type { Language } from '../contract/index.ts'
import type { Db } from '../db/index.ts'
import { AppError, BilingualError } from '../errors.ts'
import { type ActivationRow, latestActivation, type NamedModel } from './activations.ts'
import type { ModelCatalogue } from './model-catalogue.ts'
import type { PrecisionChoice } from './precision-choice.ts'

/** The chosen model that could not be started. */
export interface Fallback {
  modelId: string
  problem: Record<Language, string>
}

/** What runs after the start. */
export interface StartedModel {
  analyzer: Analyzer
  id: string
  dir: string
  /** What is to run: the same, unless it could not be started. */
  chosen: NamedModel
  /** The choice that is followed; null where the settings decide. */
  activation: ActivationRow | null
  fallback: Fallback | null
}

interface Deps {
  db: Db
  catalogue: ModelCatalogue
  precisions: PrecisionChoice
  start: (source: ModelSource) => Promise<Analyzer>
  onFallback: (err: unknown, modelId: string) => void
}

/**
 * Starts the model that an administrator chose last; the settings' one where nobody did or where that fails.
 * @throws Error saying why the settings' model cannot be started.
 */
export async function startModel(deps: Deps): Promise<StartedModel> {
  const { db, catalogue, onFallback } = deps
  const activation = await latestActivation(db)
  if (activation === null) return { ...(await startById(deps, catalogue.configuredId)), activation, fallback: null }
  const { modelId, name, version } = activation
  try {
    return { ...(await startById(deps, modelId)), activation, fallback: null }
  } catch (err) {
    if (modelId === catalogue.configuredId) throw err
    onFallback(err, modelId)
    const started = await startById(deps, catalogue.configuredId)
    const fallback = { modelId, problem: reasonOf(err) }
    return { ...started, chosen: { id: modelId, name, version }, activation: null, fallback }
  }
}

async function startById({ catalogue, precisions, start }: Deps, id: string) {
  const entry = await catalogue.get(id)
  if (entry.problem !== null) throw new BilingualError(entry.problem)
  const { precision } = await precisions.known(entry)
  const analyzer = await start({ dir: entry.dir, precision })
  const { name, version } = entry.info
  return { analyzer, id, dir: entry.dir, chosen: { id, name, version } }
}

/** Why a model cannot be used, in both languages as far as they are known. */
export function reasonOf(err: unknown): Record<Language, string> {
  if (err instanceof BilingualError) return err.texts
  if (err instanceof AppError) return { en: err.messageIn('en'), 'zh-CN': err.messageIn('zh-CN') }
  if (err instanceof Error && err.cause instanceof BilingualError) return err.cause.texts
  const message = err instanceof Error ? err.message : String(err)
  return { en: message, 'zh-CN': message }
}
