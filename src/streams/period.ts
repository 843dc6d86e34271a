import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Detection, DetectionMode, ModelIdentity } from '../contract/index.ts'
import type { RawPicture } from '../raw-picture.ts'
import { type SignTrack, SignTracker, type TrackUpdate } from '../tracking/sign-tracker.ts'
import { BestPictures, cropName, POSTER, THUMBNAIL } from '../video/best-pictures.ts'
import { WorkFolder } from '../video/work-state.ts'

/** What was seen in a period, as it lies in the period's folder: a crash of either process costs the last seconds only. */
export interface PeriodResult {
  /** The task that its record is of. */
  taskId: string
  startedAtMs: number
  durationS: number
  /** Seconds that the model was at work. */
  workedS: number
  width: number
  height: number
  mode: DetectionMode
  confidenceThreshold: number
  model: ModelIdentity
  /** `crop` is the name of a file in the folder. */
  tracks: Array<SignTrack & { crop: string | null }>
  poster: string | null
  thumbnail: string | null
}

export interface PeriodOptions {
  /** Where its folder is made. */
  parentDir: string
  /** Of the id of its task: says whose it is. */
  taskPrefix: string
  isDrawn: boolean
  mode: DetectionMode
  confidenceThreshold: number
  model: ModelIdentity
}

const FILE = 'period.json'
/** Signs of one record. A camera that sees more begins the next one early. */
const MAX_SIGNS = 500
/** Of one sign in the record: of a longer row, every second, third, … is kept. */
const MAX_BOXES = 1000

/** What a camera sees from one record to the next: each sign once. */
export class Period {
  readonly startedAtMs = Date.now()
  /** The task that its record is of. */
  readonly taskId: string
  readonly dir: string
  readonly #options: PeriodOptions
  readonly #tracker: SignTracker
  readonly #best: BestPictures
  readonly #finished: SignTrack[] = []
  #size = { width: 0, height: 0 }
  #lastS = 0
  #workedS = 0
  #confirmed = 0

  constructor(options: PeriodOptions) {
    this.#options = options
    this.taskId = `${options.taskPrefix}${randomUUID()}`
    this.dir = join(options.parentDir, this.taskId)
    this.#tracker = new SignTracker({ confidenceThreshold: options.confidenceThreshold })
    this.#best = new BestPictures(new WorkFolder(this.dir), -1)
  }

  get isTracking(): boolean {
    return this.#tracker.isTracking
  }

  get isFull(): boolean {
    return this.#confirmed >= MAX_SIGNS
  }

  /** Seconds since it began. */
  secondsAt(timeMs: number): number {
    return (timeMs - this.startedAtMs) / 1000
  }

  /** @returns signs that are certain from now on. */
  add(timeMs: number, picture: RawPicture, detections: Detection[], workedS: number): Detection[] {
    const { width, height } = picture
    this.#size = { width, height }
    this.#workedS += workedS
    // Clocks are set: time goes on all the same.
    this.#lastS = Math.max(this.#lastS + 0.001, this.secondsAt(timeMs))
    const { visible, started, bests } = this.#tracker.update(this.#lastS, picture, detections)
    if (this.#options.isDrawn) this.#best.add(picture, visible, bests)
    this.#finished.push(...this.#tracker.takeFinished().map(thinned))
    this.#confirmed += started.length
    return started.map((track) => detectionOf(track, this.#lastS))
  }

  /** Writes the crops of signs that have become certain, as far as pictures are wanted. */
  async saveCrops(started: Detection[]): Promise<void> {
    if (!this.#options.isDrawn || started.length === 0) return
    await mkdir(this.dir, { recursive: true })
    const ids = new Set(started.map(({ track }) => track?.track_id))
    await this.#best.saveCrops((trackId) => ids.has(trackId))
  }

  /** Writes what there is; at once or not at all. Nothing where no sign was seen. @returns whether there is anything. */
  async save(): Promise<boolean> {
    const tracks = [...this.#finished, ...this.#tracker.tracks().map(thinned)]
    if (tracks.length === 0) {
      this.#best.forgetAllBut((trackId) => this.#tracker.isAlive(trackId))
      return false
    }
    await mkdir(this.dir, { recursive: true })
    const { isDrawn } = this.#options
    const ids = new Set(tracks.map(({ trackId }) => trackId))
    if (isDrawn) await this.#best.save((trackId) => ids.has(trackId))
    this.#best.forgetAllBut((trackId) => this.#tracker.isAlive(trackId))
    await this.#write(tracks)
    return true
  }

  async #write(tracks: SignTrack[]): Promise<void> {
    const { isDrawn, mode, confidenceThreshold, model } = this.#options
    const hasPoster = isDrawn && this.#best.posterScore >= 0
    const result: PeriodResult = {
      ...{ taskId: this.taskId, startedAtMs: this.startedAtMs, durationS: this.#lastS, workedS: this.#workedS },
      ...this.#size,
      ...{ mode, confidenceThreshold, model },
      tracks: tracks.map((track) => ({ ...track, crop: isDrawn ? cropName(track.trackId) : null })),
      poster: hasPoster ? POSTER : null,
      thumbnail: hasPoster ? THUMBNAIL : null,
    }
    await writeFile(join(this.dir, `${FILE}.part`), JSON.stringify(result))
    await rename(join(this.dir, `${FILE}.part`), join(this.dir, FILE))
  }
}

/** What was saved in a period's folder; null where nothing was, or a power cut has left less than the whole of it. */
export async function readPeriod(dir: string): Promise<PeriodResult | null> {
  const content = await find(join(dir, FILE))
  try {
    return content === null ? null : (JSON.parse(content.toString('utf8')) as PeriodResult)
  } catch {
    return null
  }
}

/** A sign as it was seen best so far, WebP; null where there is no such picture. */
export function readCrop(dir: string, trackId: number): Promise<Buffer | null> {
  return find(join(dir, cropName(trackId)))
}

async function find(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw err
  }
}

function thinned(track: SignTrack): SignTrack {
  const { boxes } = track
  const step = Math.ceil(boxes.length / MAX_BOXES)
  if (step < 2) return track
  return { ...track, boxes: boxes.filter((_, at) => at % step === 0 || at === boxes.length - 1) }
}

function detectionOf(track: TrackUpdate['started'][number], timeS: number): Detection {
  const { trackId: track_id, signClass, confidence, bbox } = track
  const times = { first_time: timeS, last_time: timeS, best_time: timeS }
  return { ...signClass, confidence, bbox, track: { track_id, ...times, crop_url: null } }
}
