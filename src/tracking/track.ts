import type { BoundingBox, Detection, SignClass } from '../contract/index.ts'
import { ClassVotes, type VotesSnapshot } from './class-votes.ts'
import { type BoxState, Motion, type MotionSnapshot, sizeOf, stateOf } from './motion.ts'
import type { SignTrack, TrackBox } from './sign-tracker.ts'

export interface TrackSnapshot {
  trackId: number
  motion: MotionSnapshot
  votes: VotesSnapshot
  boxes: TrackBox[]
  spacingS: number
  sum: number
  isConfirmed: boolean
  best: { timeS: number; bbox: BoundingBox; quality: number }
}

/** What makes noise of a track that was too short: looks, seconds, and the sum of its confidences. */
const CONFIRMED = { looks: 2, seconds: 0.15, sum: 1.2 }
/** Of all votes. */
const TAKEN_FOR = 0.2
/** A picture must be better by this much to take the place of the best one: each costs a crop. */
const BETTER = 1.05
/** Of one sign. A camera that stands still may have it in sight for hours: beyond this, boxes are further apart. */
const MAX_BOXES = 4000
/** What is cut by the picture's edge is a worse sight of a sign. */
const CUT = 0.3

/** One sign on its way through the pictures. */
export class Track {
  readonly trackId: number
  readonly #motion: Motion
  readonly #votes: ClassVotes
  #boxes: TrackBox[]
  /** What is between two boxes that are kept, at least; the last one is always there. */
  #spacingS: number
  #sum: number
  #isConfirmed: boolean
  #best: TrackSnapshot['best']

  constructor(snapshot: TrackSnapshot) {
    this.trackId = snapshot.trackId
    this.#motion = Motion.restore(snapshot.motion)
    this.#votes = new ClassVotes(snapshot.votes)
    this.#boxes = [...snapshot.boxes]
    this.#spacingS = snapshot.spacingS
    this.#sum = snapshot.sum
    this.#isConfirmed = snapshot.isConfirmed
    this.#best = { ...snapshot.best }
  }

  static start(trackId: number, timeS: number, detection: Detection, pictureHeight: number): Track {
    const motion = Motion.start(detection.bbox, timeS, pictureHeight).snapshot()
    const best = { timeS, bbox: detection.bbox, quality: 0 }
    return new Track({ trackId, motion, votes: [], boxes: [], spacingS: 0, sum: 0, isConfirmed: false, best })
  }

  get isConfirmed(): boolean {
    return this.#isConfirmed
  }

  get signClass(): SignClass {
    return this.#votes.winner
  }

  /** Whether it is of this class, or was for a part of the time that counts. */
  wasTakenFor(classCode: string): boolean {
    return this.#votes.shareOf(classCode) >= TAKEN_FOR
  }

  get confidence(): number {
    return this.#votes.confidence
  }

  get lastTimeS(): number {
    return this.#boxes.at(-1)?.timeS ?? Number.NEGATIVE_INFINITY
  }

  get looks(): number {
    return this.#boxes.length
  }

  at(timeS: number): BoxState {
    return this.#motion.at(timeS)
  }

  spreadAt(timeS: number, pictureHeight: number): number {
    return this.#motion.spreadAt(timeS, pictureHeight)
  }

  /**
   * Takes a look in.
   * @returns whether the sign was never seen better.
   */
  add(timeS: number, detection: Detection, picture: { width: number; height: number }): boolean {
    const { bbox, confidence } = detection
    const size = sizeOf(stateOf(bbox))
    if (this.#boxes.length > 0) this.#motion.correct(bbox, timeS, picture.height)
    this.#votes.add(detection, size)
    this.#keep({ timeS, bbox, confidence })
    this.#sum += confidence
    const quality = size * confidence * (isCut(bbox, picture) ? CUT : 1)
    if (quality < this.#best.quality * BETTER) return false
    this.#best = { timeS, bbox, quality }
    return true
  }

  #keep(box: TrackBox): void {
    const [before, last] = this.#boxes.slice(-2)
    if (before !== undefined && last !== undefined && last.timeS - before.timeS < this.#spacingS) this.#boxes.pop()
    this.#boxes.push(box)
    if (this.#boxes.length <= MAX_BOXES) return
    this.#spacingS = (2 * (box.timeS - (this.#boxes[0]?.timeS ?? 0))) / MAX_BOXES
    let keptS = Number.NEGATIVE_INFINITY
    this.#boxes = this.#boxes.filter((each) => {
      const isKept = each === box || each.timeS - keptS >= this.#spacingS
      if (isKept) keptS = each.timeS
      return isKept
    })
  }

  /** Whether it has just been seen often enough, for long enough and surely enough to be no noise. */
  confirm(threshold: number): boolean {
    if (this.#isConfirmed) return false
    const lasted = this.lastTimeS - (this.#boxes[0]?.timeS ?? 0)
    this.#isConfirmed =
      this.#boxes.length >= CONFIRMED.looks &&
      lasted >= CONFIRMED.seconds &&
      this.#sum >= CONFIRMED.sum &&
      this.#votes.presence >= threshold
    return this.#isConfirmed
  }

  /** What it comes to, as far as it has been seen. */
  result(): SignTrack {
    const { timeS: bestTimeS, bbox: bestBbox } = this.#best
    const { trackId, signClass, confidence, lastTimeS } = this
    const firstTimeS = this.#boxes[0]?.timeS ?? 0
    return { trackId, signClass, confidence, firstTimeS, lastTimeS, bestTimeS, bestBbox, boxes: [...this.#boxes] }
  }

  /** Whether all that was seen of it is sure enough for whoever asked. */
  reaches(threshold: number): boolean {
    return this.#isConfirmed && this.#votes.presence >= threshold
  }

  snapshot(): TrackSnapshot {
    return {
      trackId: this.trackId,
      motion: this.#motion.snapshot(),
      votes: this.#votes.snapshot(),
      boxes: [...this.#boxes],
      spacingS: this.#spacingS,
      sum: this.#sum,
      isConfirmed: this.#isConfirmed,
      best: { ...this.#best },
    }
  }
}

function isCut([x1, y1, x2, y2]: BoundingBox, { width, height }: { width: number; height: number }): boolean {
  return x1 <= 1 || y1 <= 1 || x2 >= width - 1 || y2 >= height - 1
}
