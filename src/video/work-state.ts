import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SignTrack, TrackerSnapshot } from '../tracking/sign-tracker.ts'

/** What is settled of a video: whoever goes on after a crash goes on behind `endS`. */
export interface WorkState {
  /** Of what this is the state: another model, engine or other options begin anew. */
  key: string
  /** Seconds of the video up to which everything is in here; negative before the first segment. */
  endS: number
  tracker: TrackerSnapshot | null
  /** Signs that are out of sight for good. */
  finished: SignTrack[]
  /** File names in the folder, in order. */
  segments: string[]
  /** Pictures that were looked at, that were decoded, and that could not be. */
  looks: number
  frames: number
  failed: number
  /** How good the poster is that lies in the folder. */
  posterScore: number
}

const FILE = 'state.json'

/** Where an unfinished video keeps what it has, between segments and over crashes. */
export class WorkFolder {
  readonly path: string

  constructor(path: string) {
    this.path = path
  }

  pathOf(name: string): string {
    return join(this.path, name)
  }

  /** The state that was settled last under this key, or that of a beginning, with everything else removed. */
  async open(key: string): Promise<WorkState> {
    const state = await this.#read()
    const kept = state?.key === key ? state : initialState(key)
    const isKept = (name: string) =>
      state?.key === key && (name === FILE || kept.segments.includes(name) || /^(crop|poster|thumbnail)/.test(name))
    for (const name of await readdir(this.path)) {
      if (!isKept(name)) await rm(this.pathOf(name), { recursive: true, force: true })
    }
    return kept
  }

  /** At once or not at all. */
  async settle(state: WorkState): Promise<void> {
    await writeFile(this.pathOf(`${FILE}.part`), JSON.stringify(state))
    await rename(this.pathOf(`${FILE}.part`), this.pathOf(FILE))
  }

  async #read(): Promise<WorkState | null> {
    try {
      return JSON.parse(await readFile(this.pathOf(FILE), 'utf8')) as WorkState
    } catch {
      // There is none, or it is not whole: the work begins anew.
      return null
    }
  }
}

function initialState(key: string): WorkState {
  return { key, endS: -1, tracker: null, finished: [], segments: [], looks: 0, frames: 0, failed: 0, posterScore: -1 }
}
