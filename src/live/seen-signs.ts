import type { FrameAnalysis } from '../analysis/analyzer.ts'
import type { Detection, LiveDetection } from '../contract/index.ts'
import type { LiveTrack, SignTrack, TrackUpdate } from '../tracking/sign-tracker.ts'
import { type Size, scaleBox } from './scale-box.ts'
import type { SessionPictures } from './session-pictures.ts'

const MAX_SIGNS = 1000
/** Boxes, of all signs: ten signs at ten frames a second for an hour and a half. */
const MAX_SIGHTINGS = 500_000

/** What a session needs of a tracker. */
export interface Tracker {
  update(timeS: number, size: Size, detections: Detection[]): TrackUpdate
  tracks(): SignTrack[]
  takeFinished(): SignTrack[]
  /** Whether more may come of a track, noise or not. */
  isAlive(trackId: number): boolean
}

export interface Sighting {
  /** In pixels of the frame. */
  inSight: LiveDetection[]
  /** Signs that are certain from now on. */
  started: Detection[]
}

/** The signs that a session has seen, each once. All boxes are kept in pixels of the first frame's size. */
export class SeenSigns {
  readonly #tracker: Tracker
  readonly #pictures: SessionPictures | null
  readonly #finished = new Map<number, SignTrack>()
  #size: Size | null = null
  #startedCount = 0
  #sightings = 0

  /** @param pictures null where none are wanted. */
  constructor(tracker: Tracker, pictures: SessionPictures | null) {
    this.#tracker = tracker
    this.#pictures = pictures
  }

  /** Of the first frame; null before it. */
  get size(): Size | null {
    return this.#size
  }

  /** Whether as much is remembered as one session may take up. */
  get isFull(): boolean {
    return this.#startedCount >= MAX_SIGNS || this.#sightings >= MAX_SIGHTINGS
  }

  add(timeS: number, bytes: Buffer, { width, height, detections }: FrameAnalysis): Sighting {
    const frame = { width, height }
    this.#size ??= frame
    const size = this.#size
    const scaled = detections.map((found) => ({ ...found, bbox: scaleBox(found.bbox, frame, size) }))
    const { visible, started, bests } = this.#tracker.update(timeS, size, scaled)
    const inSight = visible.map((track) => liveDetection(track, size, frame))
    this.#keepPictures(bytes, frame, inSight, bests)
    this.#keepFinished(this.#tracker.takeFinished())
    this.#pictures?.forgetAllBut((trackId) => this.#tracker.isAlive(trackId))
    this.#startedCount += started.length
    this.#sightings += inSight.length
    return { inSight, started: started.map((track) => newDetection(track, timeS, size, frame)) }
  }

  /** Every sign, with the pictures that are to be kept of them cut. */
  async finish(): Promise<SignTrack[]> {
    this.#keepFinished(this.#tracker.tracks())
    await this.#pictures?.finish()
    return [...this.#finished.values()].sort((a, b) => b.confidence - a.confidence || a.trackId - b.trackId)
  }

  #keepPictures(bytes: Buffer, frame: Size, inSight: LiveDetection[], bests: TrackUpdate['bests']): void {
    if (this.#pictures === null || this.#size === null) return
    for (const { trackId } of bests) this.#pictures.keep(trackId, { bytes, ...frame })
    if (frame.width !== this.#size.width || frame.height !== this.#size.height) return
    this.#pictures.offerPoster(bytes, inSight.filter(({ is_seen }) => is_seen).map(plain))
  }

  #keepFinished(tracks: SignTrack[]): void {
    for (const track of tracks) {
      if (this.#finished.has(track.trackId)) continue
      this.#finished.set(track.trackId, track)
      if (this.#size !== null) this.#pictures?.cut(track, this.#size)
    }
  }
}

function liveDetection(track: LiveTrack, size: Size, frame: Size): LiveDetection {
  const { trackId, signClass, confidence, bbox, isSeen } = track
  return { ...signClass, confidence, bbox: scaleBox(bbox, size, frame), track_id: trackId, is_seen: isSeen }
}

function newDetection(track: LiveTrack, timeS: number, size: Size, frame: Size): Detection {
  const { trackId, signClass, confidence, bbox } = track
  const times = { first_time: timeS, last_time: timeS, best_time: timeS }
  return {
    ...signClass,
    confidence,
    bbox: scaleBox(bbox, size, frame),
    track: { track_id: trackId, ...times, crop_url: null },
  }
}

function plain({ track_id: _, is_seen: __, ...detection }: LiveDetection): Detection {
  return detection
}
