import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { User } from '../../../contract/index.ts'
import { client } from './client.ts'
import { topics } from './queries.ts'
import { useMe } from './session.ts'

const none: readonly User[] = []

/** Every account, for administrators: to choose one, and for what ids are called. Nobody else may ask. */
export function useAllUsers(): UseQueryResult<User[]> {
  const { role } = useMe()
  return useQuery({
    queryKey: [topics.users, 'all'],
    queryFn: ({ signal }) => askAllUsers(signal),
    enabled: role === 'administrator',
  })
}

/** `useAllUsers`; nobody until they are known, and for those who may not know. */
export function useUsers(): readonly User[] {
  return useAllUsers().data ?? none
}

async function askAllUsers(signal: AbortSignal): Promise<User[]> {
  const users: User[] = []
  let cursor: string | null = null
  do {
    const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor !== null && { cursor }) }
    const page = await client.call('GET /api/users', { query, signal })
    users.push(...page.items)
    cursor = page.next_cursor
  } while (cursor !== null)
  return users
}
