import { Button, Modal } from 'antd'
import { type ReactNode, useRef } from 'react'
import { useFocusBack } from './use-focus-back.ts'

export interface PromptAnswer {
  text: string
  run: () => void
  isLoading?: boolean
}

interface Props {
  title: string
  children: ReactNode
  /** The last one is what most will want: it has the focus, so that Enter says it. */
  answers: readonly PromptAnswer[]
  onClose: () => void
}

/** A question that has to be answered before anything else. */
export function PromptDialog({ title, children, answers, onClose }: Props) {
  const last = useRef<HTMLButtonElement>(null)
  useFocusBack()
  return (
    <Modal
      open
      title={title}
      transitionName=""
      maskTransitionName=""
      onCancel={onClose}
      afterOpenChange={() => last.current?.focus()}
      footer={answers.map(({ text, run, isLoading = false }, index) => {
        const isLast = index === answers.length - 1
        return (
          <Button
            key={text}
            ref={isLast ? last : null}
            type={isLast ? 'primary' : 'default'}
            loading={isLoading}
            onClick={run}
          >
            {text}
          </Button>
        )
      })}
    >
      {children}
    </Modal>
  )
}
