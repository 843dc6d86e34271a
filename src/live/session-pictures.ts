import type { Analyzer, FramePicturesJob } from '../analysis/analyzer.ts'
import type { BoundingBox, Detection } from '../contract/index.ts'
import type { DraftFile, FileStore, Folder } from '../storage/file-store.ts'
import type { SignTrack } from '../tracking/sign-tracker.ts'
import { BestFrames, type KeptFrame } from './best-frames.ts'
import { type Size, scaleBox } from './scale-box.ts'

interface Picture {
  key: string
  draft: DraftFile
}

interface Poster {
  bytes: Buffer
  detections: Detection[]
  score: number
}

interface Deps {
  analyzer: Analyzer
  files: FileStore
  maxPixels: number
  /** A picture that could not be made; the session does without. */
  onError: (err: unknown) => void
}

const NEVER = new AbortController().signal

/** The pictures of a session's result: a crop of each sign, cut as soon as the sign is gone, and the moment with the most signs. */
export class SessionPictures {
  readonly #deps: Deps
  readonly #best = new BestFrames()
  readonly #crops = new Map<number, Picture>()
  #poster: Poster | null = null
  #result: Picture | null = null
  #thumbnail: Picture | null = null
  #cutting: Promise<void> = Promise.resolve()

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Remembers the frame in which a track, noise or not, was seen best. */
  keep(trackId: number, frame: KeptFrame): void {
    this.#best.keep(trackId, frame)
  }

  /** Lets go of what has turned out to be noise. */
  forgetAllBut(isAlive: (trackId: number) => boolean): void {
    this.#best.forgetAllBut(isAlive)
  }

  /** The frame with the largest and surest signs, in whose pixels `detections` are. */
  offerPoster(bytes: Buffer, detections: Detection[]): void {
    const score = detections.reduce((sum, { confidence, bbox }) => sum + confidence * Math.sqrt(areaOf(bbox)), 0)
    if (this.#poster === null || score > this.#poster.score) this.#poster = { bytes, detections, score }
  }

  /** Cuts the crop of a sign that will not be seen better; one after the other. @param size what the track's box is in. */
  cut({ trackId, bestBbox }: SignTrack, size: Size): void {
    const frame = this.#best.take(trackId)
    if (frame === null) return
    this.#cutting = this.#cutting.then(async () => {
      const crop = this.#newPicture('crops', '.webp')
      const crops = [{ bbox: scaleBox(bestBbox, size, frame), path: crop.draft.path }]
      const job = { bytes: frame.bytes, detections: [], resultPath: null, thumbnailPath: null, crops }
      if (await this.#draw(job, [crop])) this.#crops.set(trackId, crop)
    })
  }

  /** Draws the poster; whatever was asked for is there then. */
  async finish(): Promise<void> {
    await this.#cutting
    if (this.#poster === null) return
    const { bytes, detections } = this.#poster
    this.#poster = null
    const result = this.#newPicture('detection_results', '.jpg')
    const thumbnail = this.#newPicture('thumbnails', '.webp')
    const paths = { resultPath: result.draft.path, thumbnailPath: thumbnail.draft.path }
    if (!(await this.#draw({ bytes, detections, ...paths, crops: [] }, [result, thumbnail]))) return
    this.#result = result
    this.#thumbnail = thumbnail
  }

  get keys() {
    return { resultKey: this.#result?.key ?? null, thumbnailKey: this.#thumbnail?.key ?? null }
  }

  cropKey(trackId: number): string | null {
    return this.#crops.get(trackId)?.key ?? null
  }

  async publish(): Promise<void> {
    for (const { key, draft } of this.#pictures) await draft.publish(key)
  }

  async unpublish(): Promise<void> {
    for (const { key } of this.#pictures) await this.#deps.files.remove(key)
  }

  /** Removes what was drawn and not published. */
  async discard(): Promise<void> {
    await this.#cutting
    for (const { draft } of this.#pictures) await draft.discard()
  }

  get #pictures(): Picture[] {
    return [...this.#crops.values(), this.#result, this.#thumbnail].filter((picture) => picture !== null)
  }

  #newPicture(folder: Folder, extension: string): Picture {
    const { files } = this.#deps
    return { key: files.newKey(folder, extension), draft: files.draft() }
  }

  async #draw(job: Omit<FramePicturesJob, 'maxPixels'>, pictures: Picture[]): Promise<boolean> {
    const { analyzer, maxPixels, onError } = this.#deps
    try {
      await analyzer.drawFrame({ ...job, maxPixels }, NEVER)
      return true
    } catch (err) {
      onError(err)
      for (const { draft } of pictures) await draft.discard()
      return false
    }
  }
}

function areaOf([x1, y1, x2, y2]: BoundingBox): number {
  return (x2 - x1) * (y2 - y1)
}
