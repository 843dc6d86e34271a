import { Spin } from 'antd'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

/** Takes the place of a page that is on its way. */
export function Loading({ text }: { text?: string }) {
  const t = useTexts(texts)
  return (
    <div className="loading" role="status">
      <div className="row">
        <Spin />
        {text ?? t.loading}
      </div>
    </div>
  )
}
