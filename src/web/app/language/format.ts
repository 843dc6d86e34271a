import { type Language, languageNow } from './language.ts'

/** Numbers, times and sizes as people of each language write them; in the time zone of the browser. */

const formats = new Map<string, Intl.DateTimeFormat>()

function dateFormat(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : 'zh-CN', options)
    formats.set(key, format)
  }
  return format
}

/** @param at RFC 3339, or milliseconds since 1970 */
export function dateTime(at: string | number): string {
  return dateFormat(languageNow(), 'minute', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}

export function dateTimeSeconds(at: string | number): string {
  return dateFormat(languageNow(), 'second', { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at))
}

/** The time of day. */
export function time(at: string | number): string {
  return dateFormat(languageNow(), 'time', { timeStyle: 'medium' }).format(new Date(at))
}

export function date(at: string | number): string {
  return dateFormat(languageNow(), 'day', { dateStyle: 'medium' }).format(new Date(at))
}

export function count(value: number): string {
  return value.toLocaleString(languageNow())
}

/** @param share 0 to 1 */
export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)}%`
}

/** A confidence is never shown as 100 % unless it is 1. */
export function confidence(value: number): string {
  return value < 1 ? `${(Math.floor(value * 1000) / 10).toFixed(1)}%` : '100%'
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let size = value
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`
}

/** `5 min`, `3 h 20 min`, `12 d 4 h`: how long something has been going on. */
export function duration(seconds: number): string {
  const minutes = Math.floor(Math.max(0, seconds) / 60)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)]
  const isEnglish = languageNow() === 'en'
  if (days > 0) return isEnglish ? `${days} d ${hours} h` : `${days} 天 ${hours} 小时`
  if (hours > 0) return isEnglish ? `${hours} h ${minutes % 60} min` : `${hours} 小时 ${minutes % 60} 分`
  return isEnglish ? `${minutes} min` : `${minutes} 分钟`
}

/** `0:07`, `12:34`, `1:02:03`: a place in a video. */
export function clock(seconds: number): string {
  const whole = Math.floor(seconds)
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60]
  const rest = String(whole % 60).padStart(2, '0')
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`
}

/** How long a video is, as players say it. */
export function length(seconds: number): string {
  return clock(Math.round(seconds))
}

/** `0.4 s`, `12 s`, `3 min 20 s`. */
export function seconds(value: number): string {
  const isEnglish = languageNow() === 'en'
  if (value < 10) return isEnglish ? `${value.toFixed(1)} s` : `${value.toFixed(1)} 秒`
  const whole = Math.round(value)
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60]
  if (minutes === 0) return isEnglish ? `${rest} s` : `${rest} 秒`
  return isEnglish ? `${minutes} min ${rest} s` : `${minutes} 分 ${rest} 秒`
}
