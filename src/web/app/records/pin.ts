import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useLocation } from 'react-router'
import { client } from '../server/client.ts'

/** The newest record of a moment: what comes after it does not shift what is seen. */
export interface Pin {
  id: number
  /** When it was made; RFC 3339. */
  at: string
}

/** As long as one may want to come back to where one was. */
export const KEPT_MS = 30 * 60_000

/**
 * Where the list begins: one moment for each entry of the browser's history, so that going back finds it as it was left,
 * and going to it anew finds what is new. While there are no records, the first one makes it.
 * @returns undefined while it is asked for, null where there is no record
 */
export function usePin(): { pin: Pin | null | undefined; error: unknown; retry: () => void } {
  const { key } = useLocation()
  const { data, error, refetch } = useQuery({
    queryKey: ['records-pin', key],
    queryFn: async ({ signal }): Promise<Pin | null> => {
      const { items } = await client.call('GET /api/detections', { query: { limit: 1 }, signal })
      return items[0] === undefined ? null : { id: items[0].record_id, at: items[0].created_at }
    },
    staleTime: 'static',
    gcTime: KEPT_MS,
  })
  useEffect(() => {
    if (data === null) return client.socket.on('detection_complete', () => void refetch())
  }, [data, refetch])
  return { pin: data, error, retry: () => void refetch() }
}
