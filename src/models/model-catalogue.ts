import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DescribedModel } from '../analysis/describe-model.ts'
import { AppError } from '../errors.ts'

/** A directory with a model in it, by the directory's name. */
export type ModelEntry = DescribedModel & { id: string; dir: string }

interface Deps {
  /** The directory of the settings' model. */
  configuredDir: string
  /** Directories of model directories; those that do not exist have none. */
  roots: string[]
  describe: (dir: string) => Promise<DescribedModel>
}

/**
 * The models that are there, looked up anew each time: a directory that is put there needs no restart. Where two
 * directories have one name, the settings' model comes first, then the roots in their order.
 */
export class ModelCatalogue {
  readonly #deps: Deps

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** The id of the settings' model. */
  get configuredId(): string {
    return basename(this.#deps.configuredDir)
  }

  async list(): Promise<ModelEntry[]> {
    const dirs = [...(await this.#dirs())]
    const entries = await Promise.all(dirs.map(([id, dir]) => this.#entry(id, dir)))
    return entries.sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** @throws MODEL_NOT_FOUND. What is asked for is compared with names that are there and never becomes a path. */
  async get(id: string): Promise<ModelEntry> {
    const dir = (await this.#dirs()).get(id)
    if (dir === undefined) throw new AppError('MODEL_NOT_FOUND', { model_id: id })
    return this.#entry(id, dir)
  }

  async #entry(id: string, dir: string): Promise<ModelEntry> {
    return { id, dir, ...(await this.#deps.describe(dir)) }
  }

  async #dirs(): Promise<Map<string, string>> {
    const { configuredDir, roots } = this.#deps
    const found = new Map([[basename(configuredDir), configuredDir]])
    for (const root of new Set(roots)) {
      for (const name of await directoriesIn(root)) if (!found.has(name)) found.set(name, join(root, name))
    }
    return found
  }
}

/** Links to directories too: that is how a large model is shared. */
async function directoriesIn(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    const isDirectory = (entry: (typeof entries)[number]) => entry.isDirectory() || entry.isSymbolicLink()
    return entries.filter((entry) => isDirectory(entry) && !entry.name.startsWith('.')).map(({ name }) => name)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new Error(`The models in ${root} cannot be listed: ${(err as Error).message}`, { cause: err })
  }
}
