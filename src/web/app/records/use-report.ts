import { App } from 'antd'
import { useCallback } from 'react'
import { useLanguage } from '../language/language.ts'
import { describeError } from '../server/error-texts.ts'

/** Says what went wrong with something that was to be done. */
export function useReport(): (work: Promise<unknown>) => void {
  const { message } = App.useApp()
  const language = useLanguage()
  return useCallback(
    (work) => {
      work.catch((err: unknown) => void message.error(describeError(err, language).what))
    },
    [message, language],
  )
}
