import {
  type Camera,
  type CameraSign,
  type CameraStatus,
  type DetectionOptions,
  withDefaults,
} from '../contract/index.ts'
import type { CameraModel } from '../db/index.ts'
import { hasRole, type Principal, wireUserId } from '../users/principal.ts'

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
