import { CopyOutlined } from '@ant-design/icons'
import { App, Button, Input, type InputRef, Space } from 'antd'
import { useRef } from 'react'
import { texts as frameTexts } from '../frame/texts.ts'
import { useTexts } from '../language/texts.ts'

/** A text that is shown once, to be copied. */
export function SecretField({ label, value }: { label: string; value: string }) {
  const t = useTexts(frameTexts)
  const { message } = App.useApp()
  const input = useRef<InputRef>(null)
  return (
    <Space.Compact block>
      <Input ref={input} readOnly value={value} aria-label={label} className="secret-field" />
      <Button icon={<CopyOutlined aria-hidden />} onClick={() => void copy()}>
        {t.copy}
      </Button>
    </Space.Compact>
  )

  async function copy() {
    input.current?.select()
    try {
      // Pages that came neither over https nor from localhost have no clipboard.
      await navigator.clipboard.writeText(value)
      void message.success(t.copied)
    } catch {
      void message.warning(t.copyFailed)
    }
  }
}
