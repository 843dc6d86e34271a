import { type UseMutationResult, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useLanguage } from '../language/language.ts'
import { describeError } from '../server/error-texts.ts'
import type { Topic } from '../server/queries.ts'

interface Action<V, R> {
  work: (value: V) => Promise<R>
  /** What is said once it is done. */
  done?: (result: R, value: V) => string
  /** What is to be asked for anew, however it ended. */
  stale: readonly Topic[]
  /** The page shows the error itself. */
  isFailureShown?: boolean
}

/** What a button does on the server. It says how that went, and has asked for anew what it may have changed. */
export function useAction<V = void, R = unknown>(action: Action<V, R>): UseMutationResult<R, Error, V> {
  const { work, done, stale, isFailureShown = false } = action
  const { message } = App.useApp()
  const language = useLanguage()
  const queries = useQueryClient()
  return useMutation({
    mutationFn: work,
    onSuccess: (result, value) => {
      if (done !== undefined) void message.success(done(result, value))
    },
    onError: (error) => {
      const { what, next } = describeError(error, language)
      if (!isFailureShown) void message.error(`${what} ${next}`)
    },
    onSettled: () => Promise.all(stale.map((topic) => queries.invalidateQueries({ queryKey: [topic] }))),
  })
}
