import type { Analyzer } from '../analysis/analyzer.ts'
import { withDefaults } from '../contract/index.ts'
import type { TaskModel } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import type { FileStore } from '../storage/file-store.ts'
import type { FrameLine } from './frame-line.ts'
import { LiveSession } from './live-session.ts'
import { SeenSigns, type Tracker } from './seen-signs.ts'
import { SessionPictures } from './session-pictures.ts'

/** A tracker, and the confidence from which on it wants to know of detections. */
export type NewTracker = (confidenceThreshold: number) => { tracker: Tracker; lowThreshold: number }

export interface SessionMeans {
  events: EventLog
  files: FileStore
  analyzer: Analyzer
  newTracker: NewTracker
  maxFramePixels: number
  /** Messages a second to those who do not stream. */
  progressPerSecond: number
  log: { warn(details: object, message: string): void }
}

/** A session, with what it is to become. */
export interface OpenSession {
  task: TaskModel
  session: LiveSession
  /** Null where none are wanted. */
  pictures: SessionPictures | null
}

export function openSession(task: TaskModel, line: FrameLine, number: number, means: SessionMeans): OpenSession {
  const { analyzer, events, files, log, maxFramePixels: maxPixels, progressPerSecond } = means
  const { mode, confidence_threshold, save_result } = withDefaults(task.options as object, 'realtime')
  const { tracker, lowThreshold } = means.newTracker(confidence_threshold)
  const onError = (err: unknown) => log.warn({ err, task_id: task.id }, 'a picture of a session could not be made')
  const pictures = save_result ? new SessionPictures({ analyzer, files, maxPixels, onError }) : null
  const session = new LiveSession(
    {
      ...{ taskId: task.id, userId: task.userId, number, mode, maxPixels, analyzer, log },
      confidenceThreshold: lowThreshold,
      tellEveryMs: 1000 / progressPerSecond,
      signs: new SeenSigns(tracker, pictures),
      tell: (progress, exceptLineId) => events.tell({ ...progress, exceptSession: exceptLineId }),
    },
    line,
  )
  return { task, session, pictures }
}
