import { useEffect, useRef } from 'react'
import { useTexts } from '../language/texts.ts'
import { useAllUsers } from '../server/users.ts'
import { texts } from './texts.ts'

/**
 * What a person is called of whom only the id is known.
 * @param userIds who is to be named: the accounts are asked for once more where one is new
 */
export function useUserName(userIds: readonly (number | null)[]): (userId: number | null) => string {
  const t = useTexts(texts)
  const { data, refetch } = useAllUsers()
  const askedFor = useRef(new Set<number>())
  const nameOf = (userId: number) => data?.find(({ user_id }) => user_id === userId)?.username
  const isKnown = (userId: number | null) =>
    userId === null || askedFor.current.has(userId) || nameOf(userId) !== undefined
  const news = data === undefined ? [] : userIds.filter((userId) => !isKnown(userId))
  useEffect(() => {
    if (news.length === 0) return
    for (const userId of news) if (userId !== null) askedFor.current.add(userId)
    void refetch()
  })
  return (userId) => (userId === null ? t.localUser : (nameOf(userId) ?? t.unknownUser(userId)))
}
