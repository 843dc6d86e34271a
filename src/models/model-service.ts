import type { Analyzer } from '../analysis/analyzer.ts'
import type {
  Language,
  ModelActivationPage,
  ModelActivationQuery,
  ModelDetails,
  ModelIdentity,
  ModelInfo,
  ModelList,
  ModelSummary,
} from '../contract/index.ts'
import type { ActivationKind, Db } from '../db/index.ts'
import { AppError, BilingualError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import type { Principal } from '../users/principal.ts'
import { byOf, insertActivation, latestActivation, listActivations, type NamedModel } from './activations.ts'
import type { ModelCatalogue, ModelEntry } from './model-catalogue.ts'
import { type ActiveState, summaryOf } from './model-view.ts'
import type { PrecisionChoice } from './precision-choice.ts'
import { type Fallback, reasonOf, type StartedModel } from './start-model.ts'

interface ModelLog {
  info(details: object, message: string): void
  warn(details: object, message: string): void
}

interface Deps {
  db: Db
  events: EventLog
  log: ModelLog
  catalogue: ModelCatalogue
  precisions: PrecisionChoice
  started: StartedModel
  /** Measures how long the present model takes. */
  calibrate: (signal: AbortSignal) => Promise<void>
  /** Tells a directory's files apart from those that were there before. */
  filesOf: (dir: string) => Promise<string>
}

interface Active extends Pick<ActiveState, 'since' | 'by'> {
  id: string
  dir: string
  /** The files that it was loaded from. */
  files: Promise<string>
}

/** Which model runs: shows what there is, switches and switches back, and remembers who did. */
export class ModelService {
  readonly #deps: Deps
  readonly #analyzer: Analyzer
  readonly #stopping = new AbortController()
  #active: Active
  /** What administrators want to run; another one than the active where that could not be started. */
  #chosen: NamedModel
  #fallback: Fallback | null
  #isSwitching = false
  /** Changes of what runs, one after the other. */
  #turn: Promise<unknown> = Promise.resolve()
  #settling: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
    const { analyzer, id, dir, activation, chosen, fallback } = deps.started
    this.#analyzer = analyzer
    const since = activation?.createdAt ?? new Date()
    this.#active = { id, dir, files: this.#filesOf(dir), since, by: activation === null ? null : byOf(activation) }
    this.#chosen = chosen
    this.#fallback = fallback
  }

  /** The active model and its classes. */
  get info(): ModelInfo {
    return this.#analyzer.model
  }

  /** Whether another model runs than the one that was chosen, since that could not be started. */
  get isFallback(): boolean {
    return this.#fallback !== null
  }

  async list(language: Language): Promise<ModelList> {
    const entries = await this.#deps.catalogue.list()
    // Its directory may be gone: it runs all the same.
    if (!entries.some(({ id }) => id === this.#active.id)) entries.push(this.#goneEntry())
    const items = await Promise.all(entries.map((entry) => this.#summary(entry, language)))
    const fallback = this.#fallback
    return { items, fallback: fallback && { model_id: fallback.modelId, problem: fallback.problem[language] } }
  }

  /** @throws MODEL_NOT_FOUND */
  async get(id: string, language: Language): Promise<ModelDetails> {
    const entry = await this.#find(id)
    const summary = await this.#summary(entry, language)
    return { ...summary, labels: summary.active === null ? (entry.info?.labels ?? []) : this.info.labels }
  }

  history(query: ModelActivationQuery): Promise<ModelActivationPage> {
    return listActivations(this.#deps.db, query)
  }

  /**
   * Switches to a model. Resolves once every new job goes to it; pictures at work end on the model that they began with.
   * The one that is active already is answered as it is.
   * @throws MODEL_NOT_FOUND, MODEL_UNUSABLE with the reason (the model before goes on), MODEL_SWITCH_UNDER_WAY
   */
  activate(principal: Principal, id: string, language: Language): Promise<ModelSummary> {
    return this.#alone(() => this.#activate(principal, 'choice', id, language))
  }

  /** Switches to the model that was chosen before the present one. @throws as activate; NO_EARLIER_MODEL */
  rollback(principal: Principal, language: Language): Promise<ModelSummary> {
    return this.#alone(async () => {
      const latest = await latestActivation(this.#deps.db)
      if (latest === null) throw new AppError('NO_EARLIER_MODEL')
      const { fromId, fromName: name, fromVersion: version } = latest
      await this.#refuseReplaced(fromId, { name, version })
      return this.#activate(principal, 'rollback', fromId, language)
    })
  }

  /** In the background: finds out which precision is best, uses it, and measures how long pictures take. */
  settle(): void {
    const { log, calibrate } = this.#deps
    const { signal } = this.#stopping
    const failed = (message: string) => (err: unknown) => signal.aborted || log.warn({ err }, message)
    this.#settling = this.#settling
      .then(() => this.#choosePrecision().catch(failed('the precisions of the model could not be compared')))
      .then(() => calibrate(signal).catch(failed('the model could not be measured')))
      .then(() => {})
  }

  /** Resolves once what goes on in the background has ended by itself. */
  get settled(): Promise<void> {
    return this.#settling
  }

  /** Ends what goes on in the background. */
  stop(): void {
    this.#stopping.abort()
  }

  async #activate(principal: Principal, kind: ActivationKind, id: string, language: Language): Promise<ModelSummary> {
    const entry = await this.#deps.catalogue.get(id)
    if (entry.info === null) throw unusable(entry, new BilingualError(entry.problem))
    if (!this.#runs(entry) || (await this.#isReplaced(entry))) await this.#switch(principal, kind, entry)
    else if (this.#chosen.id !== id) await this.#remember(principal, kind, entry, () => {})
    return this.#summary(entry, language)
  }

  /** The model is tried first, then the choice is kept, then it takes over, which cannot fail: all of it or nothing. */
  async #switch(principal: Principal, kind: ActivationKind, entry: ModelEntry): Promise<void> {
    const { log, precisions } = this.#deps
    const { precision } = await precisions.known(entry)
    const successor = await this.#analyzer.prepare({ dir: entry.dir, precision }).catch((err: unknown) => {
      throw err instanceof AppError ? err : unusable(entry, err)
    })
    try {
      await this.#remember(principal, kind, entry, () => successor.takeOver())
    } catch (err) {
      await successor.discard()
      throw err
    }
    const { name, version } = this.info
    log.info({ model_id: entry.id, name, version, precision, user_id: principal.userId }, 'another model is active')
    this.settle()
  }

  /** @param takeOver called between the commit and the news of it, so that who hears of the change finds it done. */
  async #remember(principal: Principal, kind: ActivationKind, entry: ModelEntry, takeOver: () => void): Promise<void> {
    const { name, version, title } = entry.info!
    const to = { id: entry.id, name, version }
    const previous = this.info
    const isChange = !this.#runs(entry)
    await this.#deps.events.transact(
      async (tx, emit) => {
        const row = await insertActivation(tx, { kind, from: this.#chosen, to, userId: principal.userId })
        const data = { name, version, title, previous: { name: previous.name, version: previous.version } }
        if (isChange) await emit({ type: 'model_changed', data })
        return row
      },
      (row) => {
        takeOver()
        const { id, dir } = entry
        this.#active = { id, dir, files: this.#filesOf(dir), since: row.createdAt, by: byOf(row) }
        this.#chosen = to
        this.#fallback = null
      },
    )
  }

  /** Checks a model that nobody has checked here yet, and changes over to int8 where that is better. */
  async #choosePrecision(): Promise<void> {
    const { catalogue, log, precisions } = this.#deps
    const active = this.#active
    const entry = await catalogue.get(active.id)
    if (!this.#runs(entry) || (await precisions.known(entry)).isFinal) return
    const { fp32Seconds, int8Seconds, precision, reason } = await precisions.check(entry, this.#stopping.signal)
    const told = { model_id: entry.id, precision, fp32_s: fp32Seconds, int8_s: int8Seconds }
    log.info(told, `the model runs in ${precision}: ${reason}`)
    await this.#inTurn(async () => {
      if (this.#active !== active || this.#analyzer.model.precision === precision) return
      const successor = await this.#analyzer.prepare({ dir: entry.dir, precision })
      successor.takeOver()
    })
  }

  /** A rollback starts what ran before, and not what has been put in its place. @throws MODEL_NOT_FOUND, MODEL_UNUSABLE */
  async #refuseReplaced(id: string, before: ModelIdentity): Promise<void> {
    const entry = await this.#deps.catalogue.get(id)
    const { info } = entry
    if (info === null || (info.name === before.name && info.version === before.version)) return
    const texts = {
      en: `its directory holds ${info.name} ${info.version} by now, and ${before.name} ${before.version} ran before`,
      'zh-CN': `其目录中现在是 ${info.name} ${info.version}，而之前运行的是 ${before.name} ${before.version}`,
    }
    throw unusable(entry, new BilingualError(texts))
  }

  /** Whether the active model's directory holds other files than it was loaded from, under the same version. */
  async #isReplaced({ dir }: ModelEntry): Promise<boolean> {
    return (await this.#active.files) !== (await this.#filesOf(dir))
  }

  /** Empty where the directory cannot be read. */
  #filesOf(dir: string): Promise<string> {
    return this.#deps.filesOf(dir).catch(() => '')
  }

  /** The active model is there, whatever became of its directory. @throws MODEL_NOT_FOUND */
  async #find(id: string): Promise<ModelEntry> {
    try {
      return await this.#deps.catalogue.get(id)
    } catch (err) {
      if (id === this.#active.id) return this.#goneEntry()
      throw err
    }
  }

  /** Whether it is what runs, in the version that is in its directory now. */
  #runs({ id, dir, info }: ModelEntry): boolean {
    const { name, version } = this.info
    return id === this.#active.id && dir === this.#active.dir && info?.name === name && info.version === version
  }

  /** Two administrators at once: the second is told, and does not undo what the first has not yet seen done. */
  async #alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isSwitching) throw new AppError('MODEL_SWITCH_UNDER_WAY')
    this.#isSwitching = true
    try {
      return await this.#inTurn(work)
    } finally {
      this.#isSwitching = false
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work)
    this.#turn = result.catch(() => {})
    return result
  }

  async #summary(entry: ModelEntry, language: Language): Promise<ModelSummary> {
    const { model, size, alive } = this.#analyzer
    if (entry.id !== this.#active.id) return summaryOf(entry, null, language)
    const { since, by } = this.#active
    const check = await this.#deps.precisions.checkOf(entry).catch(() => null) // its directory may be gone
    return summaryOf(entry, { since, by, model, check, detectors: size, detectorsAlive: alive }, language)
  }

  #goneEntry(): ModelEntry {
    const { id, dir } = this.#active
    const problem = { en: `${dir} is not there any more`, 'zh-CN': `${dir} 已不存在` }
    return { id, dir, info: null, precisions: [], problem }
  }
}

function unusable({ id, dir }: ModelEntry, err: unknown): AppError {
  const reason = reasonOf(err)
  // Sentences are cut to a bearable length, and the directory says nothing that the id does not.
  const short = (text: string) => text.replaceAll(`${dir}/`, '')
  return new AppError('MODEL_UNUSABLE', { model_id: id, reason: short(reason.en), reason_zh: short(reason['zh-CN']) })
}
