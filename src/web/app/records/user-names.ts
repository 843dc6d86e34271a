import { useMemo } from 'react'
import { useTexts } from '../language/texts.ts'
import { useMe } from '../server/session.ts'
import { useUsers } from '../server/users.ts'
import { texts } from './texts.ts'

export interface UserNames {
  nameOf(id: number | null): string
  /** Whether one may know who there is. */
  isByName: boolean
}

/** Whose the records are, for those who see others': by name for administrators, else by number. Null: only one's own. */
export function useUserNames(): UserNames | null {
  const t = useTexts(texts)
  const { role, auth } = useMe()
  const seesOthers = auth === 'required' && role !== 'user'
  const users = useUsers()
  return useMemo(() => {
    if (!seesOthers) return null
    const names = new Map(users.map(({ user_id, display_name, username }) => [user_id, display_name || username]))
    const nameOf = (id: number | null) => (id === null ? t.localUser : (names.get(id) ?? t.userNumber(id)))
    return { nameOf, isByName: role === 'administrator' }
  }, [seesOthers, role, users, t])
}
