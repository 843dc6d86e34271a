import type { Detection, DetectionProgress, DetectionType, Language, PassingEvent } from '../contract/index.ts'
import { progressAt, type StepName, stepName, totalSteps } from './steps.ts'

export const PROGRESS_PER_SECOND = 10

/** A task that was begun before, by an earlier attempt, does not fall behind what its watchers have seen. */
const FLOOR_OF_LATER_ATTEMPTS = 90

export interface LiveProgress {
  percent: number
  stepIndex: number
  elapsedS: number
  remainingS: number
}

/** What is told of a video beside its steps. */
export type VideoFigures = Required<Pick<DetectionProgress, 'frames_done' | 'frames_total' | 'fps' | 'position'>>

export interface BegunTask {
  userId: number
  estimateS: number
  isFirstAttempt: boolean
  detectionType?: DetectionType
}

interface Entry {
  userId: number
  startedMs: number
  estimateS: number
  percent: number
  stepIndex: number
  detectionType: DetectionType
  /** Of a video, as it was told last. */
  video: VideoFigures | null
  /** Signs that no message has told of yet. */
  found: Detection[]
  /** When the latest messages were sent, for the limit of so many a second. */
  sentMs: number[]
}

/** What running tasks have got to, here and now; the database knows only their beginnings and ends. */
export class ProgressBoard {
  readonly #tell: (event: PassingEvent) => void
  readonly #now: () => number
  readonly #entries = new Map<string, Entry>()

  constructor(tell: (event: PassingEvent) => void, now: () => number = Date.now) {
    this.#tell = tell
    this.#now = now
  }

  begin(taskId: string, { userId, estimateS, isFirstAttempt, detectionType = 'image' }: BegunTask): void {
    // A video goes on where it was, and says where that is.
    const percent = isFirstAttempt || detectionType === 'video' ? 0 : FLOOR_OF_LATER_ATTEMPTS
    const begun = { userId, estimateS, detectionType, percent, stepIndex: 0, startedMs: this.#now() }
    this.#entries.set(taskId, { ...begun, video: null, found: [], sentMs: [] })
  }

  /**
   * As `advance`, of a video.
   * @param remainingS as the speed until now has it; null where nothing can be said yet.
   */
  advanceVideo(
    taskId: string,
    step: StepName,
    fraction: number,
    news: { figures: VideoFigures; found: Detection[]; remainingS: number | null },
  ): void {
    const entry = this.#entries.get(taskId)
    if (entry === undefined) return
    entry.video = news.figures
    entry.found.push(...news.found)
    if (news.remainingS !== null) entry.estimateS = (this.#now() - entry.startedMs) / 1000 + news.remainingS
    this.#advance(taskId, entry, step, fraction, true)
  }

  /** Never falls: a step that is told again, or late, changes nothing. */
  advance(taskId: string, step: StepName, fraction: number): void {
    const entry = this.#entries.get(taskId)
    if (entry !== undefined) this.#advance(taskId, entry, step, fraction, false)
  }

  #advance(taskId: string, entry: Entry, step: StepName, fraction: number, hasNews: boolean): void {
    const { index, percent } = progressAt(step, fraction, entry.detectionType)
    // It has waited for a detector until now.
    if (entry.stepIndex === 0) entry.startedMs = this.#now()
    const isNew = hasNews || index > entry.stepIndex || percent > entry.percent
    entry.stepIndex = Math.max(entry.stepIndex, index)
    entry.percent = Math.max(entry.percent, percent)
    if (isNew) this.#send(taskId, entry, PROGRESS_PER_SECOND - 1)
  }

  /** The last message, 100 %. A place within the limit is kept free for it. */
  finish(taskId: string): void {
    const entry = this.#entries.get(taskId)
    if (entry === undefined) return
    entry.percent = 100
    entry.stepIndex = totalSteps(entry.detectionType)
    this.#send(taskId, entry, PROGRESS_PER_SECOND)
    this.#entries.delete(taskId)
  }

  forget(taskId: string): void {
    this.#entries.delete(taskId)
  }

  find(taskId: string): LiveProgress | null {
    const entry = this.#entries.get(taskId)
    return entry === undefined ? null : { percent: entry.percent, stepIndex: entry.stepIndex, ...this.#times(entry) }
  }

  #times({ startedMs, estimateS, percent }: Entry) {
    const elapsedS = (this.#now() - startedMs) / 1000
    return {
      elapsedS: hundredths(elapsedS),
      remainingS: percent === 100 ? 0 : hundredths(Math.max(0, estimateS - elapsedS)),
    }
  }

  #send(taskId: string, entry: Entry, limit: number): void {
    const now = this.#now()
    entry.sentMs = entry.sentMs.filter((at) => now - at < 1000)
    if (entry.sentMs.length >= limit) return
    entry.sentMs.push(now)
    const data = { 'zh-CN': this.#message(taskId, entry, 'zh-CN'), en: this.#message(taskId, entry, 'en') }
    entry.found = []
    this.#tell({ type: 'detection_progress', userId: entry.userId, key: taskId, data })
  }

  #message(taskId: string, entry: Entry, language: Language): DetectionProgress {
    const { elapsedS, remainingS } = this.#times(entry)
    return {
      task_id: taskId,
      progress: entry.percent,
      current_step: stepName(entry.stepIndex, language, entry.detectionType) ?? '',
      total_steps: totalSteps(entry.detectionType),
      current_step_index: entry.stepIndex,
      elapsed_time: elapsedS,
      remaining_time: remainingS,
      ...entry.video,
      ...(entry.found.length > 0 && { new_detections: entry.found }),
    }
  }
}

function hundredths(seconds: number): number {
  return Math.round(seconds * 100) / 100
}
