import type { RecordRemovalResult } from '../../../contract/index.ts'
import { client } from '../server/client.ts'

/** What the API takes in one request. */
const BATCH_SIZE = 500

/**
 * Deletes records, however many: what is refused does not keep the others.
 * @throws HzError where the server cannot go on; what was deleted until then is gone
 */
export async function deleteRecords(ids: readonly number[]): Promise<RecordRemovalResult> {
  const result: RecordRemovalResult = { removed: [], refused: [] }
  for (let start = 0; start < ids.length; start += BATCH_SIZE) {
    const record_ids = ids.slice(start, start + BATCH_SIZE)
    const { removed, refused } = await client.call('POST /api/detections/delete', { body: { record_ids } })
    result.removed.push(...removed)
    result.refused.push(...refused)
  }
  return result
}
