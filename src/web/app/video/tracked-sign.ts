import { queryOptions } from '@tanstack/react-query'
import { useRef, useSyncExternalStore } from 'react'
import type { Record, SignClass, TrackMark } from '../../../contract/index.ts'
import { client } from '../server/client.ts'
import { topics } from '../server/queries.ts'
import type { VideoClock } from './video-clock.ts'

/** One physical sign of a video or of a camera. */
export type TrackedSign = SignClass & TrackMark & { confidence: number }

/** All boxes of a video by time. */
export const tracksQuery = (recordId: number) =>
  queryOptions({
    queryKey: [topics.records, 'tracks', recordId],
    queryFn: ({ signal }) =>
      client.call('GET /api/detections/:record_id/tracks', { params: { record_id: recordId }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** In the order in which they come into sight. */
export function trackedSigns({ detections }: Record): TrackedSign[] {
  const signs = detections.flatMap(({ track, ...sign }) => (track === undefined ? [] : [{ ...sign, ...track }]))
  return signs.sort((a, b) => a.first_time - b.first_time)
}

/** The signs that are in sight now; the same set until that changes. */
export function useInSight(signs: readonly TrackedSign[], clock: VideoClock): ReadonlySet<number> {
  const kept = useRef<{ key: string; ids: ReadonlySet<number> }>({ key: '', ids: new Set() })
  return useSyncExternalStore(clock.subscribe, () => {
    const now = signs.filter(({ first_time, last_time }) => first_time <= clock.timeS && clock.timeS <= last_time)
    const ids = now.map(({ track_id }) => track_id)
    const key = ids.join()
    if (key !== kept.current.key) kept.current = { key, ids: new Set(ids) }
    return kept.current.ids
  })
}
