import type { Camera } from '../../../contract/index.ts'
import { recordsHref } from '../filters/record-filters.ts'

/** Where the records are of what a camera has seen: they are called after it. */
export function cameraRecordsHref({ name, created_by }: Camera): string {
  const owner = created_by === null ? {} : { user_id: created_by }
  return recordsHref({}, { detection_type: 'realtime', file_name: name, ...owner })
}
