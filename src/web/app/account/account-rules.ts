import type { Rule } from 'antd/es/form'
import { useTexts } from '../language/texts.ts'
import { texts } from './rules-texts.ts'

/** What the server asks of names and passwords (contract/user), said before it has to refuse. */
export const MAX_USERNAME_CHARS = 64
export const MAX_PASSWORD_CHARS = 200
const MIN_PASSWORD_CHARS = 10

export function useAccountRules(): { username: Rule[]; newPassword: Rule[] } {
  const t = useTexts(texts)
  return {
    username: [
      { required: true, message: t.usernameNeeded },
      { pattern: /^[\p{L}\p{N}._@-]+$/u, message: t.usernameRule },
    ],
    newPassword: [
      { required: true, message: t.passwordNeeded },
      { min: MIN_PASSWORD_CHARS, message: t.passwordRule(MIN_PASSWORD_CHARS) },
    ],
  }
}
