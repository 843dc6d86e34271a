import { HzError } from '../../../../client/index.ts'
import type { Camera, CameraAudience, CameraChange, DetectionMode, NewCamera } from '../../../../contract/index.ts'
import type { Language } from '../../language/language.ts'
import { describeError } from '../../server/error-texts.ts'

/** What the form of a camera holds. */
export interface EnteredCamera {
  name: string
  url: string
  username: string
  password: string
  /** The kept user name and password are to go. */
  forgets: boolean
  audience: CameraAudience
  mode: DetectionMode
  /** 0..100 */
  percent: number
  /** Null: left to the server. */
  frameRate: number | null
  savesResult: boolean
  enabled: boolean
}

export const emptyCamera: EnteredCamera = {
  ...{ name: '', url: '', username: '', password: '', forgets: false, audience: 'analysts' },
  ...{ mode: 'fast', percent: 50, frameRate: null, savesResult: true, enabled: true },
}

export function enteredOf({ name, url, audience, options, enabled }: Camera): EnteredCamera {
  const { mode, confidence_threshold, frame_rate = null, save_result: savesResult } = options
  const percent = Math.round(confidence_threshold * 100)
  return { ...emptyCamera, name, url: url ?? '', audience, mode, percent, frameRate: frame_rate, savesResult, enabled }
}

export function newCameraOf(entered: EnteredCamera): NewCamera {
  const { name, audience, enabled } = entered
  return { name, url: urlOf(entered), audience, enabled, options: optionsOf(entered) }
}

/** Only what has changed: the rest of a camera goes on undisturbed. Null: nothing has. */
export function changeOf(camera: Camera, entered: EnteredCamera): CameraChange | null {
  const before = enteredOf(camera)
  const { name, audience, enabled } = entered
  const [url, options] = [urlOf(entered), optionsOf(entered)]
  const change: CameraChange = {
    ...(name !== before.name && { name }),
    ...(url !== before.url && { url }),
    ...(audience !== before.audience && { audience }),
    ...(enabled !== before.enabled && { enabled }),
    ...(JSON.stringify(options) !== JSON.stringify(optionsOf(before)) && { options }),
  }
  return Object.keys(change).length === 0 ? null : change
}

function optionsOf({ mode, percent, frameRate, savesResult }: EnteredCamera): NonNullable<NewCamera['options']> {
  const frame_rate = frameRate === null ? {} : { frame_rate: frameRate }
  return { mode, confidence_threshold: percent / 100, save_result: savesResult, ...frame_rate }
}

/** User name and password take the place of those in the address; an @ without any before it forgets what is kept. */
export function urlOf({ url, username, password, forgets }: EnteredCamera): string {
  const [, scheme, rest] = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^@/?#]*@)?(.*)$/is.exec(url.trim()) ?? []
  if (scheme === undefined || rest === undefined) return url.trim()
  if (username !== '' || password !== '') {
    return `${scheme}${encodeURIComponent(username)}:${encodeURIComponent(password)}@${rest}`
  }
  return forgets ? `${scheme}@${rest}` : url.trim()
}

const fields: Record<string, keyof EnteredCamera> = {
  'body.name': 'name',
  'body.url': 'url',
  'body.audience': 'audience',
  'body.options.mode': 'mode',
  'body.options.confidence_threshold': 'percent',
  'body.options.frame_rate': 'frameRate',
  'body.options.save_result': 'savesResult',
}

export interface FieldError {
  name: keyof EnteredCamera
  errors: string[]
}

/** What the server says of fields, to be said at them; none where the error is about something else. */
export function fieldErrorsOf(err: unknown, language: Language): FieldError[] {
  if (!(err instanceof HzError)) return []
  if (err.code === 'CAMERA_URL_REFUSED' || err.code === 'CAMERA_SECRET_LOST') {
    const { what, next } = describeError(err, language)
    return [{ name: 'url', errors: [what, next] }]
  }
  return err.fields.flatMap(({ field, expected, expected_zh = expected }) => {
    const name = fields[field]
    return name === undefined ? [] : [{ name, errors: [language === 'en' ? expected : expected_zh] }]
  })
}
