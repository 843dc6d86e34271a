import { rename } from 'node:fs/promises'
import sharp from 'sharp'
import type { Detection } from '../contract/index.ts'
import { drawDetections, encodeResult, encodeThumbnail } from '../drawing/draw-detections.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { LiveTrack } from '../tracking/sign-tracker.ts'
import type { WorkFolder } from './work-state.ts'

/** Of a crop, around the sign, as a share of its size: a sign is recognised by what it hangs on, too. */
const MARGIN = 0.2
const MAX_CROP_SIDE = 256

export const POSTER = 'poster.jpg'
export const THUMBNAIL = 'thumbnail.webp'

export function cropName(trackId: number): string {
  return `crop-${trackId}.webp`
}

/** Each sign as it was seen best, and the picture of a video that shows most signs best. */
export class BestPictures {
  readonly #folder: WorkFolder
  readonly #crops = new Map<number, RawPicture>()
  #poster: { picture: RawPicture; detections: Detection[] } | null = null
  /** The poster's pixels: while a video gets better, there is a better one with every look. */
  #posterPixels = Buffer.alloc(0)
  #posterScore: number

  constructor(folder: WorkFolder, posterScore: number) {
    this.#folder = folder
    this.#posterScore = posterScore
  }

  get posterScore(): number {
    return this.#posterScore
  }

  /** @param bests the tracks that were never seen better than in this picture, by id, with their boxes. */
  add(picture: RawPicture, visible: LiveTrack[], bests: Array<{ trackId: number; bbox: Detection['bbox'] }>): void {
    for (const { trackId, bbox } of bests) this.#crops.set(trackId, cut(picture, bbox))
    const seen = visible.filter(({ isSeen }) => isSeen)
    const score = seen.reduce((sum, { confidence, bbox }) => sum + confidence * Math.sqrt(areaOf(bbox)), 0)
    if (score <= this.#posterScore) return
    this.#posterScore = score
    if (this.#posterPixels.length !== picture.data.length) this.#posterPixels = Buffer.alloc(picture.data.length)
    picture.data.copy(this.#posterPixels)
    this.#poster = { picture: { ...picture, data: this.#posterPixels }, detections: seen.map(asDetection) }
  }

  /** Writes what has become better since the last time. @param isWanted by track id; noise is kept in mind, not on the disk. */
  async save(isWanted: (trackId: number) => boolean): Promise<void> {
    await this.saveCrops(isWanted)
    await this.#savePoster()
  }

  /** Of crops alone; each is seen whole or not at all, and kept in mind until it is written. */
  async saveCrops(isWanted: (trackId: number) => boolean): Promise<void> {
    for (const [trackId, crop] of this.#crops) {
      if (!isWanted(trackId)) continue
      await writeWhole(this.#folder.pathOf(cropName(trackId)), (path) => encodeCrop(crop, path))
      // A better one may have come meanwhile.
      if (this.#crops.get(trackId) === crop) this.#crops.delete(trackId)
    }
  }

  async #savePoster(): Promise<void> {
    const poster = this.#poster
    if (poster === null) return
    // Taken out, so that what cannot be written now is not drawn twice.
    await drawDetections(poster.picture, poster.detections.splice(0))
    await writeWhole(this.#folder.pathOf(POSTER), (path) => encodeResult(poster.picture, path))
    await writeWhole(this.#folder.pathOf(THUMBNAIL), (path) => encodeThumbnail(poster.picture, path))
    if (this.#poster === poster) this.#poster = null
  }

  /** Lets go of the crops of tracks that came to nothing. */
  forgetAllBut(isAlive: (trackId: number) => boolean): void {
    for (const trackId of this.#crops.keys()) if (!isAlive(trackId)) this.#crops.delete(trackId)
  }
}

/** A crash on the way leaves what was there before. */
async function writeWhole(path: string, write: (path: string) => Promise<unknown>): Promise<void> {
  await write(`${path}.part`)
  await rename(`${path}.part`, path)
}

async function encodeCrop({ data, width, height }: RawPicture, path: string): Promise<void> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .resize({ width: MAX_CROP_SIDE, height: MAX_CROP_SIDE, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 90 })
    .toFile(path)
}

export function asDetection({ signClass, confidence, bbox }: LiveTrack): Detection {
  return { ...signClass, confidence, bbox }
}

function areaOf([x1, y1, x2, y2]: Detection['bbox']): number {
  return (x2 - x1) * (y2 - y1)
}

function cut({ data, width, height }: RawPicture, [x1, y1, x2, y2]: Detection['bbox']): RawPicture {
  const margin = Math.round(Math.max(x2 - x1, y2 - y1) * MARGIN)
  const [left, top] = [Math.max(0, x1 - margin), Math.max(0, y1 - margin)]
  const [right, bottom] = [Math.min(width, x2 + margin), Math.min(height, y2 + margin)]
  const cutWidth = Math.max(1, right - left)
  const rows = Math.max(1, bottom - top)
  const out = Buffer.allocUnsafe(cutWidth * rows * 3)
  for (let y = 0; y < rows; y++) {
    const from = ((top + y) * width + left) * 3
    data.copy(out, y * cutWidth * 3, from, from + cutWidth * 3)
  }
  return { data: out, width: cutWidth, height: rows }
}
