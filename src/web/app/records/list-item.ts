import type { ChangeEvent, CSSProperties } from 'react'
import type { Record } from '../../../contract/index.ts'
import type { Language } from '../language/language.ts'
import { signName } from '../picture/sign-names.ts'
import { classCounts } from './sign-summary.ts'
import type { RecordTexts } from './texts.ts'

/** What a tile and a table row are drawn from. Texts come from above: a hook in each of hundreds would be felt. */
export interface ItemProps {
  /** Undefined: not there yet. */
  record: Record | undefined
  /** Its place in the list, from 0. */
  index: number
  total: number
  /** Undefined: in the flow of the list. Else it stands apart from the others that exist. */
  style: CSSProperties | undefined
  href: string | undefined
  isChosen: boolean
  /** Whether Tab stops at it: at one of the list alone. */
  isFocusable: boolean
  /** Whose it is; null where that goes without saying. */
  user: string | null
  t: RecordTexts
  language: Language
  onToggle: (event: ChangeEvent<HTMLInputElement>) => void
}

/** The signs of a record in words, for those who do not see its picture. */
export function describeSigns(record: Record, language: Language): string {
  const names = classCounts(record).map(({ sign }) => signName(sign, language))
  return names.join(language === 'en' ? ', ' : '、')
}
