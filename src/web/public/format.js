import { languageNow } from './texts.js'

/** @param {number} share 0 to 1 */
export const percent = (share) => `${Math.round(share * 100)}%`

/** @param {number} s */
export function seconds(s) {
  const unit = languageNow() === 'en' ? ' s' : ' 秒'
  return `${s < 10 ? s.toFixed(1) : Math.round(s)}${unit}`
}

/** @param {number} count */
export function bytes(count) {
  if (count < 1024 * 1024) return `${Math.max(1, Math.round(count / 1024))} KB`
  return `${(count / 1024 / 1024).toFixed(1)} MB`
}

/** @param {string} timestamp */
export function dateAndTime(timestamp) {
  const format = new Intl.DateTimeFormat(languageNow(), { dateStyle: 'medium', timeStyle: 'short' })
  return format.format(new Date(timestamp))
}
