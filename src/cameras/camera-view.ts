import {
  type Camera,
  type CameraSign,
  type CameraStatus,
  type DetectionOptions,
  withDefaults,
} from '../contract/index.ts'
import type { CameraModel } from '../db/index.ts'
import type { StreamNews } from '../streams/camera-stream.ts'
import { hasRole, type Principal, wireUserId } from '../users/principal.ts'
import { cropUrl } from './camera-crops.ts'

/** Which cameras somebody may see, as a condition on rows. */
export function visibleCameras(principal: Principal): { audience?: 'everyone' } {
  return hasRole(principal, 'analyst') ? {} : { audience: 'everyone' }
}

export interface CameraNow {
  status: CameraStatus
  latestSigns: CameraSign[]
  /** What may be shown of its URL. */
  shownUrl: string
}

export function viewOf(row: CameraModel, now: CameraNow, principal: Principal): Camera {
  return {
    ...now.status,
    url: hasRole(principal, 'administrator') ? now.shownUrl : null,
    has_credentials: row.credentials !== null,
    enabled: row.enabled,
    audience: row.audience,
    options: withDefaults(row.options as DetectionOptions, 'realtime'),
    latest_signs: now.latestSigns,
    created_by: wireUserId(row.createdById),
    created_at: row.createdAt.toISOString(),
  }
}

export type SignNews = Extract<StreamNews, { kind: 'sign' }>

/** What is told of a sign, now that it is certain. */
export function signOf({ id, name }: CameraModel, { sign, periodStartedAtMs, cropTask }: SignNews): CameraSign {
  const trackId = sign.track?.track_id
  const hasCrop = cropTask !== null && trackId !== undefined
  return {
    camera_id: id,
    name,
    time: new Date().toISOString(),
    period_started_at: new Date(periodStartedAtMs).toISOString(),
    sign,
    crop_url: hasCrop ? cropUrl({ cameraId: id, taskId: cropTask, trackId }) : null,
  }
}
