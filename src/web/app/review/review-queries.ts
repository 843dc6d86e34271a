import { queryOptions } from '@tanstack/react-query'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'

/** Shown at once where it is known, and asked for again all the same: what goes out from an old version is refused. */
export const reviewQuery = (recordId: number) =>
  queryOptions({
    staleTime: 0,
    queryKey: [topics.reviews, 'record', recordId],
    queryFn: ({ signal }) =>
      client.call('GET /api/detections/:record_id/review', { params: { record_id: recordId }, signal }),
  })
