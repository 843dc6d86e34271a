import type { BoundingBox, Detection, SignClass } from '../contract/index.ts'
import { assign } from './assign.ts'
import { costOf } from './match-cost.ts'
import { boxOf } from './motion.ts'
import { Track, type TrackSnapshot } from './track.ts'

export interface TrackerOptions {
  /** How sure a sign must be to count, 0..1. */
  confidenceThreshold: number
}

/** Where a sign was seen. */
export interface TrackBox {
  /** Seconds of the video. */
  timeS: number
  bbox: BoundingBox
  confidence: number
}

/** A sign as it is known at the moment. */
export interface LiveTrack {
  trackId: number
  signClass: SignClass
  confidence: number
  bbox: BoundingBox
  /** False where it was not found in this picture and is only expected there. */
  isSeen: boolean
}

export interface TrackUpdate {
  /** Signs in this picture that are no noise. */
  visible: LiveTrack[]
  /** Those of them that have just turned out to be none. */
  started: LiveTrack[]
  /** Tracks, noise or not, that were never seen better than in this picture. */
  bests: Array<{ trackId: number; bbox: BoundingBox }>
}

/** One physical sign, with everything that was seen of it. */
export interface SignTrack {
  trackId: number
  signClass: SignClass
  /** See ClassVotes.confidence. */
  confidence: number
  firstTimeS: number
  lastTimeS: number
  bestTimeS: number
  bestBbox: BoundingBox
  boxes: TrackBox[]
}

export interface TrackerSnapshot {
  nowS: number
  nextId: number
  live: TrackSnapshot[]
  finished: SignTrack[]
}

/** The second round takes detections as weak as this: they never begin a track, and carry one over a weak moment. */
const LOW = 0.15
/** A sign that is hidden for so long is given up; noise sooner. */
const LOST_S = 1.2
const NOISE_LOST_S = 0.4
/** For so long a sign is shown where it is expected. */
const EXPECTED_S = 0.35
const WEAK_ROUND_S = 0.6

const BEGINNING: TrackerSnapshot = { nowS: 0, nextId: 1, live: [], finished: [] }

/**
 * Follows signs from picture to picture, so that each comes out once: ByteTrack (Zhang et al., "ByteTrack: Multi-Object
 * Tracking by Associating Every Detection Box", ECCV 2022), which gives sure detections to tracks first and then weak ones to
 * the tracks that are left. Overlap, its measure, says nothing of signs of 20 pixels that move by more than that from picture
 * to picture; distance in sizes of the sign, difference in size and what the sign says take its place.
 */
export class SignTracker {
  readonly #options: TrackerOptions
  #live: Track[]
  #finished: SignTrack[]
  #nextId: number
  #nowS: number

  constructor(options: TrackerOptions, snapshot: TrackerSnapshot = BEGINNING) {
    this.#options = options
    this.#live = snapshot.live.map((track) => new Track(track))
    this.#finished = [...snapshot.finished]
    this.#nextId = snapshot.nextId
    this.#nowS = snapshot.nowS
  }

  static restore(options: TrackerOptions, snapshot: TrackerSnapshot): SignTracker {
    return new SignTracker(options, snapshot)
  }

  /** The confidence from which on detections are of use to the tracker, 0..1. */
  static lowThreshold({ confidenceThreshold }: TrackerOptions): number {
    return Math.min(LOW, confidenceThreshold)
  }

  /** Whether anything is in sight that is worth looking at more often. */
  get isTracking(): boolean {
    return this.#live.some((track) => this.#nowS - track.lastTimeS < EXPECTED_S)
  }

  /** @param timeS seconds, later than those before. `detections` are of one picture of `picture`'s size. */
  update(timeS: number, picture: { width: number; height: number }, detections: Detection[]): TrackUpdate {
    this.#giveUp(timeS, picture)
    this.#nowS = timeS
    const { confidenceThreshold } = this.#options
    const sure = detections.filter(({ confidence }) => confidence >= confidenceThreshold)
    const weak = detections.filter(({ confidence }) => confidence < confidenceThreshold)
    const first = this.#match(this.#live, sure, timeS, picture.height)
    const left = this.#live.filter((track) => !first.has(track) && timeS - track.lastTimeS < WEAK_ROUND_S)
    const seen = new Map([...first, ...this.#match(left, weak, timeS, picture.height)])
    const taken = new Set(seen.values())
    for (const detection of sure) {
      if (!taken.has(detection)) seen.set(this.#start(timeS, detection, picture.height), detection)
    }
    return this.#take(timeS, picture, seen)
  }

  /** Signs that are no noise and have not been taken, by when they came into sight. */
  tracks(): SignTrack[] {
    const live = this.#live.filter((track) => track.reaches(this.#options.confidenceThreshold))
    return [...this.#finished, ...live.map((track) => track.result())].sort((a, b) => a.firstTimeS - b.firstTimeS)
  }

  /** Hands over those that can no longer change, so that they need no memory here. */
  takeFinished(): SignTrack[] {
    return this.#finished.splice(0)
  }

  /** Whether more may come of it. */
  isAlive(trackId: number): boolean {
    return this.#live.some((track) => track.trackId === trackId)
  }

  snapshot(): TrackerSnapshot {
    const live = this.#live.map((track) => track.snapshot())
    return { nowS: this.#nowS, nextId: this.#nextId, live, finished: [...this.#finished] }
  }

  #start(timeS: number, detection: Detection, pictureHeight: number): Track {
    const track = Track.start(this.#nextId++, timeS, detection, pictureHeight)
    this.#live.push(track)
    return track
  }

  /** Each track gets one detection at most, and each detection goes to one track at most. */
  #match(tracks: Track[], detections: Detection[], timeS: number, pictureHeight: number): Map<Track, Detection> {
    const costs = tracks.map((track) => detections.map((detection) => costOf(track, detection, timeS, pictureHeight)))
    const pairs = assign(costs).flatMap((column, row): Array<[Track, Detection]> => {
      return column === null ? [] : [[tracks[row] as Track, detections[column] as Detection]]
    })
    return new Map(pairs)
  }

  #take(timeS: number, picture: { width: number; height: number }, seen: Map<Track, Detection>): TrackUpdate {
    const update: TrackUpdate = { visible: [], started: [], bests: [] }
    for (const track of this.#live) {
      const detection = seen.get(track)
      if (detection?.bbox !== undefined && track.add(timeS, detection, picture)) {
        update.bests.push({ trackId: track.trackId, bbox: detection.bbox })
      }
      const isNew = track.confirm(this.#options.confidenceThreshold)
      if (!track.isConfirmed || timeS - track.lastTimeS > EXPECTED_S) continue
      const { trackId, signClass, confidence } = track
      const bbox = detection?.bbox ?? boxOf(track.at(timeS), picture)
      const live = { trackId, signClass, confidence, bbox, isSeen: detection !== undefined }
      update.visible.push(live)
      if (isNew) update.started.push(live)
    }
    return update
  }

  /** Lets go of tracks that have not been seen for too long and in more than one look, or have left the picture. */
  #giveUp(timeS: number, picture: { width: number; height: number }): void {
    const hasGone = (track: Track) => {
      const unseenS = timeS - track.lastTimeS
      // Where looks are seconds apart, that alone says nothing.
      if (track.lastTimeS >= this.#nowS) return false
      return (
        unseenS > (track.isConfirmed ? LOST_S : NOISE_LOST_S) ||
        (unseenS > EXPECTED_S && isOutside(track, timeS, picture))
      )
    }
    const gone = this.#live.filter(hasGone)
    if (gone.length === 0) return
    this.#live = this.#live.filter((track) => !gone.includes(track))
    for (const track of gone) if (track.reaches(this.#options.confidenceThreshold)) this.#finished.push(track.result())
  }
}

function isOutside(track: Track, timeS: number, { width, height }: { width: number; height: number }): boolean {
  const [x, y] = track.at(timeS)
  return x < 0 || y < 0 || x > width || y > height
}
