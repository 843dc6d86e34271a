import { queryOptions } from '@tanstack/react-query'
import { client } from './client.ts'
import { topics } from './queries.ts'

/** One record, whichever page shows it. */
export const recordQuery = (recordId: number) =>
  queryOptions({
    queryKey: [topics.records, 'one', recordId],
    queryFn: ({ signal }) => client.call('GET /api/detections/:record_id', { params: { record_id: recordId }, signal }),
  })
