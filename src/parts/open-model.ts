import { join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Analyzer, ModelSource } from '../analysis/analyzer.ts'
import { conditionsOf, describeModel } from '../analysis/describe-model.ts'
import { checkPrecision } from '../analysis/precision-check.ts'
import { ProcessAnalyzer } from '../analysis/process-analyzer.ts'
import type { Config } from '../config.ts'
import type { Db } from '../db/index.ts'
import { ModelCatalogue } from '../models/model-catalogue.ts'
import { PrecisionChoice } from '../models/precision-choice.ts'
import { startModel } from '../models/start-model.ts'
import { packageRoot } from '../package-root.ts'

interface Deps {
  config: Config
  db: Db
  log: FastifyBaseLogger
  /** In place of the processes that run a model. */
  analyzer: Analyzer | undefined
}

/** Pictures that a model is measured with. */
export const calibrationDir = join(packageRoot, 'assets', 'calibration')

/** Starts the model that is to run, or the settings' model in its place. */
export async function openModel({ config, db, log, analyzer }: Deps) {
  const catalogue = catalogueOf(config)
  const precisions = new PrecisionChoice({
    db,
    setting: config.modelPrecision,
    check: (dir, signal) => checkPrecision(dir, join(calibrationDir, 'street-avenue.jpg'), signal),
    conditionsOf,
  })
  const started = await startModel({
    db,
    catalogue,
    precisions,
    start: async (source) => analyzer ?? startAnalyzer(config, log, source),
    onFallback: (err, model_id) => log.error({ err, model_id }, 'the chosen model cannot be started; another one runs'),
  })
  return { catalogue, precisions, started }
}

function catalogueOf(config: Config): ModelCatalogue {
  const bundled = join(packageRoot, 'models')
  return new ModelCatalogue({
    configuredDir: config.modelDir,
    roots: [config.modelsDir, bundled],
    describe: describeModel,
  })
}

function startAnalyzer(config: Config, log: FastifyBaseLogger, { dir, precision }: ModelSource): Promise<Analyzer> {
  const { processes, timeoutMs } = config.detector
  const onRestart = (restart: object) => log.warn(restart, 'a detector process was replaced')
  const { maxPixels } = config.uploads
  return ProcessAnalyzer.start({ modelDir: dir, precision, processes, timeoutMs, maxPixels, onRestart })
}
