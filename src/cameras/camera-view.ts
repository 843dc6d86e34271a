import { type Camera, type CameraStatus, type DetectionOptions, withDefaults } from '../contract/index.ts'
import type { CameraModel } from '../db/index.ts'
import { hasRole, type Principal, wireUserId } from '../users/principal.ts'

/** Which cameras somebody may see, as a condition on rows. */
export function visibleCameras(principal: Principal): { audience?: 'everyone' } {
  return hasRole(principal, 'analyst') ? {} : { audience: 'everyone' }
}

/** @param shownUrl what may be shown of a URL */
export function viewOf(
  row: CameraModel,
  status: CameraStatus,
  principal: Principal,
  shownUrl: (url: string) => string,
): Camera {
  return {
    ...status,
    url: hasRole(principal, 'administrator') ? shownUrl(row.url) : null,
    has_credentials: row.credentials !== null,
    enabled: row.enabled,
    audience: row.audience,
    options: withDefaults(row.options as DetectionOptions, 'realtime'),
    created_by: wireUserId(row.createdById),
    created_at: row.createdAt.toISOString(),
  }
}
