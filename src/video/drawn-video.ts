import type { Detection } from '../contract/index.ts'
import type { LiveTrack } from '../tracking/sign-tracker.ts'
import { asDetection } from './best-pictures.ts'
import type { SegmentWriter, VideoEngine, VideoFrame } from './video-engine.ts'
import type { WorkFolder } from './work-state.ts'

/** A look at the video: what was in sight at a time. */
interface Look {
  timeS: number
  visible: LiveTrack[]
}

/** Pictures wait for the next look, between which and the one before their boxes lie; but so many bytes of them at most. */
const MAX_WAITING_BYTES = 24 * 1024 ** 2
const MIN_WAITING = 4
/** What was seen is shown for so long, where the next look is not waited for. */
const KEPT_S = 0.5

/** The video with its boxes, piece by piece. */
export class DrawnVideo {
  readonly #engine: VideoEngine
  readonly #folder: WorkFolder
  readonly #source: { width: number; height: number; frameRate: number }
  readonly #maxWaiting: number
  readonly #waiting: VideoFrame[] = []
  #writer: { name: string; segment: SegmentWriter } | null = null
  #place: number
  #last: Look = { timeS: Number.NEGATIVE_INFINITY, visible: [] }

  constructor(
    engine: VideoEngine,
    folder: WorkFolder,
    source: { width: number; height: number; frameRate: number | null },
    segments: number,
  ) {
    this.#engine = engine
    this.#folder = folder
    this.#source = { ...source, frameRate: source.frameRate ?? 25 }
    this.#place = segments
    // yuv420p: 12 bits for each pixel.
    const pictureBytes = source.width * source.height * 1.5
    this.#maxWaiting = Math.max(MIN_WAITING, Math.floor(MAX_WAITING_BYTES / pictureBytes))
  }

  /** Whether the next picture pushes one out that no look has been at. */
  get isFull(): boolean {
    return this.#waiting.length >= this.#maxWaiting
  }

  /** Takes the picture over. */
  async add(frame: VideoFrame): Promise<void> {
    const oldest = this.isFull ? this.#waiting.shift() : undefined
    this.#waiting.push(frame)
    if (oldest === undefined) return
    const isFresh = oldest.timeS - this.#last.timeS < KEPT_S
    await this.#write(oldest, isFresh ? this.#last.visible.map(asDetection) : [])
  }

  /** Draws the pictures up to a look. */
  async look(look: Look): Promise<void> {
    while (this.#waiting[0] !== undefined && this.#waiting[0].timeS <= look.timeS) {
      const frame = this.#waiting.shift() as VideoFrame
      await this.#write(frame, boxesBetween(this.#last, look, frame.timeS))
    }
    this.#last = look
  }

  /** Ends the present piece. @returns its name; null where nothing was written. */
  async endSegment(): Promise<string | null> {
    const writer = this.#writer
    this.#writer = null
    if (writer === null) return null
    await writer.segment.close()
    return writer.name
  }

  /** Draws what still waits, after the last look, as it was then. */
  async finish(): Promise<string | null> {
    for (const frame of this.#waiting.splice(0)) await this.#write(frame, [])
    return this.endSegment()
  }

  async #write({ frame, timeS }: VideoFrame, detections: Detection[]): Promise<void> {
    if (this.#writer === null) {
      const name = `segment-${this.#place++}.nut`
      this.#writer = { name, segment: await this.#engine.openSegment(this.#folder.pathOf(name), this.#source) }
    }
    await this.#writer.segment.write(frame, timeS, detections)
  }
}

/** What is in sight at both looks, moved from one to the other; what has just come into sight, only at the look itself. */
function boxesBetween(before: Look, after: Look, timeS: number): Detection[] {
  const share = (timeS - before.timeS) / (after.timeS - before.timeS)
  const earlier = new Map(before.visible.map((track) => [track.trackId, track]))
  return after.visible.flatMap((track) => {
    const from = earlier.get(track.trackId)
    if (timeS >= after.timeS) return asDetection(track)
    if (from === undefined || !Number.isFinite(share)) return []
    const bbox = track.bbox.map((to, i) => Math.round((from.bbox[i] as number) * (1 - share) + to * share))
    return { ...asDetection(track), bbox: bbox as Detection['bbox'] }
  })
}
