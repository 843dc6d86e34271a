import { CheckOutlined, CloseOutlined, EditOutlined, PlusOutlined, QuestionCircleOutlined } from '@ant-design/icons'
import type { ReviewedSign, SignVerdict } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

const icons = {
  accepted: <CheckOutlined />,
  corrected: <EditOutlined />,
  rejected: <CloseOutlined />,
  added: <PlusOutlined />,
  open: <QuestionCircleOutlined />,
}

/** The same, where there is room for one letter alone. */
export const verdictSymbols: Record<SignVerdict, string> = { accepted: '✓', corrected: '✎', rejected: '✗', added: '＋' }

/** What was said of a sign, as a word with an icon: not by colour alone. */
export function VerdictMark({ verdict }: Pick<ReviewedSign, 'verdict'>) {
  const t = useTexts(texts)
  const name = verdict ?? 'open'
  return (
    <span className="verdict-mark" data-verdict={name}>
      {icons[name]} {t[name]}
    </span>
  )
}
