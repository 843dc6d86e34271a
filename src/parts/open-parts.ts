import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyBaseLogger } from 'fastify'
import type { Analyzer } from '../analysis/analyzer.ts'
import { conditionsOf } from '../analysis/describe-model.ts'
import type { Config } from '../config.ts'
import type { DetectionMode } from '../contract/index.ts'
import { databaseBytes, openDb } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { EventLog } from '../events/event-log.ts'
import { MemoryEventBus } from '../events/memory-event-bus.ts'
import { ExportService } from '../exports/export-service.ts'
import { Metrics } from '../http/metrics.ts'
import { LiveSessions } from '../live/live-sessions.ts'
import type { NewTracker } from '../live/open-session.ts'
import { ModelService } from '../models/model-service.ts'
import { NotificationService } from '../notifications/notification-service.ts'
import { LanedJobQueue } from '../queue/laned-job-queue.ts'
import { MemoryJobQueue } from '../queue/memory-job-queue.ts'
import { socketLimitsOf } from '../realtime/socket-limits.ts'
import { SocketServer } from '../realtime/socket-server.ts'
import { RecordService } from '../records/record-service.ts'
import { RetentionService } from '../retention/retention-service.ts'
import { ReviewService } from '../reviews/review-service.ts'
import { StatisticsService } from '../statistics/statistics-service.ts'
import { StorageService } from '../statistics/storage-service.ts'
import { DiskFileStore } from '../storage/disk-file-store.ts'
import { DiskPartialFiles } from '../storage/disk-partial-files.ts'
import { calibrate } from '../tasks/calibration.ts'
import { Housekeeping } from '../tasks/housekeeping.ts'
import { PROGRESS_PER_SECOND, ProgressBoard } from '../tasks/progress-board.ts'
import { TaskOutcomes } from '../tasks/task-outcomes.ts'
import { TaskRunner } from '../tasks/task-runner.ts'
import { TaskService } from '../tasks/task-service.ts'
import { TimingModel } from '../tasks/timing-model.ts'
import { VideoWork } from '../tasks/video-work.ts'
import { SignTracker } from '../tracking/sign-tracker.ts'
import { removeOrphans } from '../uploads/orphan-sweep.ts'
import { ResumableUploads } from '../uploads/resumable-uploads.ts'
import { UploadService } from '../uploads/upload-service.ts'
import { type Access, OpenAccess, RequiredAccess } from '../users/access.ts'
import { type Accounts, makeAccounts } from '../users/accounts.ts'
import { ProcessVideoAnalyzer } from '../video/process-video-analyzer.ts'
import { readMediaHeader } from '../video/read-media-header.ts'
import { healthChecksOf } from './health-checks.ts'
import { metricSourcesOf } from './metric-sources.ts'
import { openCameras } from './open-cameras.ts'
import { calibrationDir, openModel } from './open-model.ts'

export type Parts = Awaited<ReturnType<typeof openParts>>

/** One more task is claimed than there are detectors, so that none waits for the database between two pictures. */
const CLAIMED_AHEAD = 1
/** Of one user, so that nobody fills the disk with beginnings. */
const MAX_UNFINISHED_UPLOADS = 20
const HOUSEKEEPING_INTERVAL_MS = 60_000
/** A video process tells of every look, and of nothing while it joins the pieces of hours. */
const VIDEO_SILENCE_MS = 300_000
const MODES: DetectionMode[] = ['accurate', 'fast', 'balanced', 'max']
/** A slow machine serves before it has measured itself to the end. */
const CALIBRATION_LIMIT_MS = 3000
/** A detector that hangs must not hold up the stop. */
const SETTLING_LIMIT_MS = 3000

/** Everything below HTTP: makes the parts, and starts, stops and closes them. */
export async function openParts(config: Config, log: FastifyBaseLogger, replacements: { analyzer?: Analyzer }) {
  // First: its lock keeps a second server away from everything else.
  const files = await DiskFileStore.open(config.mediaDir)
  const partial = await DiskPartialFiles.open(files)
  const db = await openDb(config.databaseUrl)
  await removeOrphans(db, files)
  const report = (message: string) => (err: unknown) => log.error({ err }, message)
  const bus = new MemoryEventBus(report('a listener of the event bus failed'))
  const events = new EventLog(db, bus)
  const tell = events.tell.bind(events)
  const onDropped = (id: string, err: unknown) =>
    log.error({ err, task_id: id }, 'a task could not be run; it is tried again later')
  const queue = new LanedJobQueue({ pictures: new MemoryJobQueue(onDropped), videos: new MemoryJobQueue(onDropped) })
  const metrics = new Metrics()
  const onStage = (stage: string, seconds: number) => metrics.observeStage(stage, seconds)
  const { catalogue, precisions, started } = await openModel({ config, db, log, analyzer: replacements.analyzer })
  const { analyzer } = started

  const accounts = makeAccounts({ db, bus, ...config.tokens, loginsPerMinute: config.limits.loginsPerMinute })
  const access = accessOf(config, accounts)
  const { timeZone, exposeStack } = config
  const onLeftover = report('could not remove a file')
  const records = new RecordService({ db, events, files, timeZone, onError: onLeftover })
  const exports = new ExportService({ records, files, timeZone })
  const statistics = new StatisticsService({ db, timeZone })
  const storage = new StorageService({ db, disk: files, databaseBytes: () => databaseBytes(config.databaseUrl) })
  const retention = new RetentionService({ db, events, files, log, onError: onLeftover })
  const notifications = new NotificationService({ db, events, onError: report('could not push a notification') })
  const { maxBytes, maxPixels, maxResumableBytes, resumeMs } = config.uploads
  const videos = new ProcessVideoAnalyzer({ pictures: analyzer, silenceMs: VIDEO_SILENCE_MS, ...config.videos })
  const readHeader = (path: string, fileName: string) => readMediaHeader(path, fileName, { videos, maxPixels })
  const uploads = new UploadService({ db, files, tell, readHeader, maxBytes })
  const resumable = new ResumableUploads({
    ...{ partial, uploads, tell, resumeMs },
    maxBytes: maxResumableBytes,
    maxUnfinished: MAX_UNFINISHED_UPLOADS,
  })
  const timing = await TimingModel.open(db)
  const board = new ProgressBoard(tell)
  const tasks = new TaskService({ db, events, queue, analyzer, board, timing, queueLimit: config.queueLimit })
  const videoWork = new VideoWork({ events, files, videos, records, board, timing })
  const runner = new TaskRunner({
    ...{ log, db, events, files, analyzer, videos: videoWork, records, board, timing, exposeStack, onStage },
  })
  const calibration = { analyzer, timing, dir: calibrationDir }
  const measure = (modes: DetectionMode[], signal: AbortSignal) => calibrate(calibration, modes, signal)
  const models = new ModelService({
    db,
    events,
    log,
    catalogue,
    precisions,
    started,
    filesOf: conditionsOf,
    calibrate: async (signal) => {
      // One after the other, so that tasks of users get in between.
      for (const mode of MODES) await measure([mode], signal)
    },
  })
  const reviews = new ReviewService({ db, events, labels: () => models.info.labels })
  const housekeeping = new Housekeeping({ db, events, queue, files, retention: config.retention })
  const outcomes = new TaskOutcomes(bus)
  const live = new LiveSessions({
    ...{ db, bus, events, files, analyzer, records, log, newTracker },
    limits: config.realtime,
    maxFramePixels: config.realtime.maxFramePixels,
    progressPerSecond: PROGRESS_PER_SECOND,
  })
  const cameras = await openCameras({ config, db, events, files, records, analyzer, log })
  const limits = socketLimitsOf(config, PROGRESS_PER_SECOND)
  const onDrop = () => metrics.countDrop()
  const sockets = new SocketServer({
    log,
    events,
    bus,
    access,
    tasks,
    uploads,
    live,
    notifications,
    limits,
    exposeStack,
    onDrop,
  })
  metrics.readFrom(metricSourcesOf(db, queue, sockets, analyzer, cameras))

  const stopping = new AbortController()
  // Not waited for, as there may be much to delete.
  const deleteOld = () => void retention.runIfDue().catch(report('could not delete what is old'))
  const chores = [
    () => timing.save(),
    () => live.failLost(),
    () => housekeeping.requeueLost(),
    () => housekeeping.queueUnfinished(),
    () => housekeeping.purge(Date.now()),
    () => notifications.purgeExpired(),
    () => accounts.tokens.purge(),
    () => records.finishRemovals(),
    () => resumable.sweep(Date.now()),
    deleteOld,
  ]
  const keepHouse = async () => {
    for (const chore of chores) await Promise.resolve(chore()).catch(report('housekeeping failed'))
  }
  const timer = setInterval(keepHouse, HOUSEKEEPING_INTERVAL_MS)
  timer.unref()

  return {
    db,
    bus,
    events,
    queue,
    videos,
    analyzer,
    accounts,
    access,
    records,
    reviews,
    exports,
    statistics,
    storage,
    retention,
    notifications,
    models,
    uploads,
    partial,
    resumable,
    tasks,
    outcomes,
    live,
    cameras,
    sockets,
    metrics,
    timing,
    housekeeping,
    healthChecks: healthChecksOf({ db, queue, analyzer, models, queueLimit: config.queueLimit }),

    async start(): Promise<void> {
      await records.finishRemovals()
      await resumable.sweep(Date.now())
      await notifications.start()
      const measured = measure(['accurate', 'fast'], stopping.signal).catch((err) => {
        if (!stopping.signal.aborted) report('could not measure the model')(err)
      })
      await Promise.race([measured, sleep(CALIBRATION_LIMIT_MS, undefined, { ref: false })])
      models.settle()
      await live.failLost()
      // Before what unfinished work has left is thrown away.
      await cameras.recover()
      await housekeeping.recover()
      await cameras.start()
      queue.startLanes((id, signal) => runner.run(id, signal), {
        pictures: analyzer.size + CLAIMED_AHEAD,
        videos: videos.size,
      })
      deleteOld()
    },

    /** Tells the log what reads videos. Not a part of starting, as it takes a process to know. */
    async tellVideoEngine(): Promise<void> {
      try {
        log.info({ engine: await videos.describe() }, 'videos can be read')
      } catch (err) {
        if (stopping.signal.aborted) return
        if (!(err instanceof AppError)) return report('could not find out what reads videos')(err)
        log.warn({ code: err.code }, err.messageIn('en'))
      }
    },

    /** Says goodbye, then lets running tasks finish, or parks them. */
    async stop(): Promise<void> {
      stopping.abort()
      models.stop()
      clearInterval(timer)
      // First, so that whoever watches hears how it ended.
      const ended = Promise.all([live.close(), cameras.stop()])
      await Promise.race([ended, sleep(SETTLING_LIMIT_MS, undefined, { ref: false })])
      await Promise.all([sockets.close(), queue.close(config.shutdownGraceMs), notifications.stop(), retention.stop()])
      sockets.terminate()
    },

    async close(): Promise<void> {
      outcomes.close()
      await videos[Symbol.asyncDispose]()
      await analyzer[Symbol.asyncDispose]()
      await Promise.all([live.close(), cameras.stop()])
      await models.settled
      await timing.save()
      metrics.close()
      await db.$disconnect()
      files.close()
    },
  }
}

const newTracker: NewTracker = (confidenceThreshold) => ({
  tracker: new SignTracker({ confidenceThreshold }),
  lowThreshold: SignTracker.lowThreshold({ confidenceThreshold }),
})

function accessOf(config: Config, accounts: Accounts): Access {
  return config.access.kind === 'open' ? new OpenAccess(accounts.openUsers) : new RequiredAccess(accounts.tokens)
}
