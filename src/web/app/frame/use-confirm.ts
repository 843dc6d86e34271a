import { App } from 'antd'
import type { ReactNode } from 'react'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

interface Question {
  title: string
  /** What will happen. */
  content: ReactNode
  ok: string
  isDangerous?: boolean
  /** An action: it tells of its failure itself. */
  run: () => Promise<unknown>
}

/** Asks before something is done that cannot be taken back, or that others feel. */
export function useConfirm(): (question: Question) => void {
  const { modal } = App.useApp()
  const t = useTexts(texts)
  return ({ title, content, ok, isDangerous = false, run }) =>
    void modal.confirm({
      title,
      content,
      okText: ok,
      cancelText: t.cancel,
      okButtonProps: { danger: isDangerous },
      autoFocusButton: isDangerous ? 'cancel' : 'ok',
      // A rejection would leave the question open, under the message that says why.
      onOk: () => run().catch(() => {}),
    })
}
