import { type DetectionOptions, withDefaults } from '../contract/index.ts'
import type { CameraModel } from '../db/index.ts'
import { taskPrefixOf } from './camera-crops.ts'
import type { CameraRunDeps } from './camera-run.ts'
import type { TurnSettings } from './stream-turn.ts'

/** What a process is told of a camera, with a new folder to work in. @throws CAMERA_SECRET_LOST */
export async function turnSettingsOf(row: CameraModel, deps: CameraRunDeps): Promise<TurnSettings> {
  const { addresses, detector, periods, periodMs } = deps
  const [url, credentials] = [addresses.urlOf(row), addresses.credentialsOf(row)]
  const options = withDefaults(row.options as DetectionOptions, 'realtime')
  return {
    url: credentials === null ? url : url.replace('://', () => `://${credentials}@`),
    detector: detector(),
    mode: options.mode,
    confidenceThreshold: options.confidence_threshold,
    frameRate: options.frame_rate ?? null,
    isDrawn: options.save_result,
    taskPrefix: taskPrefixOf(row.id),
    workDir: await periods.workDir(row.id),
    periodMs,
  }
}
