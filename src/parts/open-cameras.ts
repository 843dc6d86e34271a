import { dirname, join } from 'node:path'
import type { FastifyBaseLogger } from 'fastify'
import type { Analyzer } from '../analysis/analyzer.ts'
import { CameraAddresses } from '../cameras/camera-address.ts'
import { CameraCrops } from '../cameras/camera-crops.ts'
import { CameraPeriods } from '../cameras/camera-periods.ts'
import { CameraService } from '../cameras/camera-service.ts'
import { Places } from '../cameras/places.ts'
import { openSecretCipher } from '../cameras/secret-file.ts'
import type { Config } from '../config.ts'
import { type Db, pathOf } from '../db/index.ts'
import type { EventLog } from '../events/event-log.ts'
import type { RecordService } from '../records/record-service.ts'
import type { DiskFileStore } from '../storage/disk-file-store.ts'
import { ProcessCameraStreams } from '../streams/process-camera-streams.ts'

/** Beside the database, where the settings name no secret. */
const CAMERA_KEY = 'camera.key'
/** What a network camera has seen becomes a record so often. */
const CAMERA_PERIOD_MS = 3_600_000

interface Deps {
  config: Config
  db: Db
  events: EventLog
  files: DiskFileStore
  records: RecordService
  analyzer: Analyzer
  log: FastifyBaseLogger
}

/** Network cameras, none of which is connected yet. */
export async function openCameras({ config, db, events, files, records, analyzer, log }: Deps): Promise<CameraService> {
  const { privateRanges, caFile, secret, processes, silenceMs } = config.cameras
  const limits = { maxPixels: config.videos.limits.maxPixels }
  const streams = new ProcessCameraStreams({ privateRanges, caFile, limits })
  const cipher = await openSecretCipher(secret, join(dirname(pathOf(config.databaseUrl)), CAMERA_KEY))
  return new CameraService({
    ...{ db, events, streams, log, silenceMs },
    crops: new CameraCrops({ db, files, streams }),
    addresses: new CameraAddresses(cipher, streams.shownUrl),
    periods: new CameraPeriods({ db, events, files, streams, records, log }),
    places: new Places(processes),
    detector: () => {
      const { name, version } = analyzer.model
      return { model: analyzer.source, expected: { name, version } }
    },
    periodMs: CAMERA_PERIOD_MS,
  })
}
