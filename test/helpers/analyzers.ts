import { basename, join } from 'node:path'
import type {
  Analysis,
  AnalysisJob,
  Analyzer,
  FrameAnalysis,
  FrameJob,
  FramePicturesJob,
  ModelSource,
  RunningModel,
  Successor,
} from '../../src/analysis/analyzer.ts'
import type { Detection } from '../../src/contract/index.ts'
import { packageRoot } from '../../src/package-root.ts'

export const stopSign: Detection = {
  class_code: 'ps',
  class_name: '停车让行',
  class_name_en: 'Stop',
  category: 'prohibitory',
  confidence: 0.97,
  bbox: [10, 10, 30, 30],
}

/** Stands in for the model in tests of what surrounds it: the server never uses this. */
export class ScriptedAnalyzer implements Analyzer {
  model: RunningModel = {
    ...{ name: 'scripted', version: '1', title: 'Scripted', labels: [], licence: null },
    precision: 'fp32',
  }
  readonly source: ModelSource = { dir: join(packageRoot, 'models', 'hz-signs'), precision: 'fp32' }
  readonly size: number
  alive = 1
  readonly restarts = 0
  readonly begun: AnalysisJob[] = []
  #script: (job: AnalysisJob, signal: AbortSignal) => Promise<Detection[]>
  #onBegun: Array<() => void> = []

  constructor(
    script: (job: AnalysisJob, signal: AbortSignal) => Promise<Detection[]> = async () => [stopSign],
    size = 1,
  ) {
    this.#script = script
    this.size = size
  }

  async analyze(job: AnalysisJob, signal: AbortSignal, onStep: Parameters<Analyzer['analyze']>[2]): Promise<Analysis> {
    signal.throwIfAborted()
    if (job.path.includes('calibration')) return this.#analysisOf([stopSign]) // The server measures its model.
    this.begun.push(job)
    for (const told of this.#onBegun.splice(0)) told()
    onStep('read', 0)
    onStep('infer', 0)
    const detections = await this.#script(job, signal)
    onStep('draw', 0)
    const { writeFile } = await import('node:fs/promises')
    for (const path of [job.resultPath, job.thumbnailPath]) if (path !== null) await writeFile(path, 'picture')
    return this.#analysisOf(detections)
  }

  /** Resolves when so many jobs have begun. */
  async untilBegun(count: number): Promise<void> {
    while (this.begun.length < count) await new Promise<void>((resolve) => this.#onBegun.push(resolve))
  }

  /** Frames are what `seeFrame` says, whoever else is at work. */
  async analyzeFrame(take: () => FrameJob, signal: AbortSignal): Promise<FrameAnalysis> {
    signal.throwIfAborted()
    return this.seeFrame(take())
  }

  seeFrame: (job: FrameJob) => Promise<FrameAnalysis> = async () => this.#analysisOf([stopSign])

  async drawFrame({ resultPath, thumbnailPath, crops }: FramePicturesJob): Promise<void> {
    const { writeFile } = await import('node:fs/promises')
    const paths = [resultPath, thumbnailPath, ...crops.map(({ path }) => path)]
    for (const path of paths) if (path !== null) await writeFile(path, 'picture')
  }

  /** Every model loads. */
  async prepare({ dir, precision }: ModelSource): Promise<Successor> {
    const model = { ...this.model, name: basename(dir), precision }
    return { model, takeOver: () => Object.assign(this, { model }), discard: async () => {} }
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #analysisOf(detections: Detection[]): Analysis {
    const { name, version, precision } = this.model
    const stageSeconds = { read: 0.01, infer: 0.02, draw: 0.01 }
    return { width: 64, height: 48, detections, model: { name, version, precision }, stageSeconds }
  }
}

/** A script that runs until its job is aborted. */
export const untilAborted = (_job: AnalysisJob, signal: AbortSignal): Promise<never> =>
  new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)))
