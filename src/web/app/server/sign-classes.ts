import { queryOptions, useQuery } from '@tanstack/react-query'
import type { SignClass } from '../../../contract/index.ts'
import { client } from './client.ts'
import { topics } from './queries.ts'

const none: readonly SignClass[] = []

const signClassesQuery = queryOptions({
  queryKey: [topics.models, 'classes'],
  queryFn: async ({ signal }): Promise<readonly SignClass[]> =>
    (await client.call('GET /api/model', { signal })).labels,
})

/** Every class that the model in use knows; none until it is known. */
export function useSignClasses(): readonly SignClass[] {
  return useQuery(signClassesQuery).data ?? none
}
