import type { Record } from '../../../contract/index.ts'
import { dateTime } from '../language/format.ts'
import type { RecordTexts } from './texts.ts'

/** What a record is called: as its file, or as when the camera saw it. */
export function recordName({ detection_type, file_name, created_at }: Record, t: RecordTexts): string {
  return detection_type === 'realtime' ? `${t.realtime} ${dateTime(created_at)}` : file_name
}
