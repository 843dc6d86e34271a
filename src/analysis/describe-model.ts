import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Language, ModelInfo, Precision } from '../contract/index.ts'
import { modelInfoOf, precisionsOf, readManifest } from '../detection/model-manifest.ts'
import { ModelProblem } from '../detection/model-problem.ts'
import type { ModelSource, RunningModel } from './analyzer.ts'

/** What a directory holds. `precisions`: what it can run in; fp32 is always there. */
export type DescribedModel =
  | { info: ModelInfo; precisions: Precision[]; problem: null }
  | { info: null; precisions: Precision[]; problem: Record<Language, string> }

/** Reads and checks a model's description. Its networks are not loaded. */
export async function describeModel(dir: string): Promise<DescribedModel> {
  try {
    const manifest = await readManifest(dir)
    return { info: modelInfoOf(manifest), precisions: precisionsOf(manifest), problem: null }
  } catch (err) {
    if (!(err instanceof ModelProblem)) throw err
    const problem = { en: err.messageIn('en'), 'zh-CN': err.messageIn('zh-CN') }
    return { info: null, precisions: [], problem }
  }
}

/** @throws ModelProblem, or Error saying that the model has no such precision. */
export async function runningModelOf({ dir, precision }: ModelSource): Promise<RunningModel> {
  const manifest = await readManifest(dir)
  if (!precisionsOf(manifest).includes(precision)) throw new Error(`${dir} has no ${precision} network`)
  return { ...modelInfoOf(manifest), precision }
}

/** All that a comparison of precisions depends on: the model's files, the processor and the runtime. */
export async function conditionsOf(dir: string): Promise<string> {
  const names = (await readdir(dir)).filter((name) => !name.endsWith('.md')).sort()
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(dir, name))
      return `${name}:${size}:${Math.round(mtimeMs)}`
    }),
  )
  return [...files, cpus()[0]?.model ?? process.arch, `onnxruntime ${runtimeVersion}`].join(', ')
}

// Not from the runtime itself, which only the forked processes load.
const { version: runtimeVersion } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
  version: string
}
