import { HzError } from '../../../client/index.ts'
import type { Language } from '../language/language.ts'

/** An error in words: what happened, and what to do now. */
export interface ErrorTexts {
  what: string
  next: string
  code: string
  logId: string | null
  canRetry: boolean
}

type Pair = Record<Language, string>

const retryHint: Pair = { 'zh-CN': '可以稍后重试。', en: 'You can try again.' }
const otherHint: Pair = {
  'zh-CN': '请检查输入，或联系管理员。',
  en: 'Check what was entered, or ask an administrator.',
}
const unknownError: Pair = { 'zh-CN': '页面内部出错：', en: 'An error within the page: ' }

/** What to do about a code of the server's catalogue; anything else gets a general answer. */
const hints: Record<string, Pair> = {
  NETWORK: {
    'zh-CN': '请检查网络，确认服务器正在运行，然后重试。',
    en: 'Check the network and that the server is running, then try again.',
  },
  UNSUPPORTED_MEDIA: {
    'zh-CN': '请换一张照片或一段视频：看的是文件内容，只改扩展名不行。',
    en: 'Choose another file: its content must be a picture or video, whatever its name says.',
  },
  IMAGE_UNREADABLE: {
    'zh-CN': '请重新导出或重新拍摄后再上传。',
    en: 'Export or take the picture again and upload that.',
  },
  IMAGE_TOO_LARGE: { 'zh-CN': '请缩小图片后再上传。', en: 'Make the picture smaller and upload it again.' },
  UPLOAD_TOO_LARGE: {
    'zh-CN': '请压缩或缩小图片后再上传。',
    en: 'Compress the picture or make it smaller, and upload it again.',
  },
  VIDEO_TOO_LONG: { 'zh-CN': '请剪成几段后分别上传。', en: 'Cut it into parts and upload them one by one.' },
  VIDEO_TOO_LARGE: { 'zh-CN': '请缩小画面后再上传。', en: 'Make its pictures smaller and upload it again.' },
  VIDEO_CODEC_UNSUPPORTED: {
    'zh-CN': '请用播放器或剪辑软件另存为 H.264 的 MP4 后再上传。',
    en: 'Save it as an MP4 with H.264 and upload that.',
  },
  VIDEO_UNREADABLE: {
    'zh-CN': '请从摄像机重新拷贝一份，确认能播放后再上传。',
    en: 'Copy it from the camera again, see that it plays, and upload that.',
  },
  VIDEO_WITHOUT_PICTURES: {
    'zh-CN': '请换一段有画面的视频。',
    en: 'Choose a video that has pictures.',
  },
  VIDEO_UNAVAILABLE: { 'zh-CN': '请联系管理员；照片仍可检测。', en: 'Ask an administrator; photos work all the same.' },
  SESSION_LIMIT: {
    'zh-CN': '请先停止另一个窗口或设备上的实时检测，再重新开始。',
    en: 'Stop the live detection of another window or device, then start again.',
  },
  SESSION_LOST: { 'zh-CN': '请重新开始。', en: 'Start again.' },
  NO_FRAMES: {
    'zh-CN': '请检查摄像头有没有画面，然后重新开始。',
    en: 'See whether the camera has a picture, then start again.',
  },
  EMPTY_FILE: { 'zh-CN': '文件里没有内容，请重新选择。', en: 'There is nothing in the file: choose another.' },
  QUEUE_FULL: {
    'zh-CN': '服务器正忙：本页会在有空位时自动继续，也可以稍后重试。',
    en: 'The server is busy: this page goes on by itself once there is room, or try again later.',
  },
  RATE_LIMITED: { 'zh-CN': '请稍等片刻再试。', en: 'Wait a moment, then try again.' },
  PERMISSION_DENIED: { 'zh-CN': '请联系管理员。', en: 'Ask an administrator.' },
  AUTHENTICATION_FAILED: { 'zh-CN': '请重新登录。', en: 'Sign in again.' },
  WRONG_CREDENTIALS: {
    'zh-CN': '请检查用户名和密码；忘记密码请联系管理员。',
    en: 'Check both; an administrator can set a new password.',
  },
  STORAGE_FULL: {
    'zh-CN': '请通知管理员清理磁盘，然后重试。',
    en: 'Ask an administrator to free disk space, then try again.',
  },
  REVIEW_CONFLICT: {
    'zh-CN': '请载入最新的复核结果，再做修改。',
    en: 'Load what was saved meanwhile, then make your changes again.',
  },
  LAST_ADMINISTRATOR: {
    'zh-CN': '请先把另一位用户设为管理员，再修改这一位。',
    en: 'Make somebody else an administrator first, then change this one.',
  },
  USERNAME_TAKEN: { 'zh-CN': '请换一个用户名。', en: 'Choose another user name.' },
  USER_NOT_FOUND: { 'zh-CN': '请刷新用户列表。', en: 'Refresh the list of users.' },
  TOKEN_NOT_FOUND: { 'zh-CN': '它可能已被撤销。', en: 'It may have been revoked already.' },
  TASK_FINISHED: { 'zh-CN': '不需要再做什么。', en: 'There is nothing left to do.' },
  MODEL_UNUSABLE: {
    'zh-CN': '原来的模型继续运行。请修正模型目录，可用 npm run model:check 检查，然后再试。',
    en: 'The model before goes on. Mend the directory, with the help of npm run model:check, then try again.',
  },
  MODEL_NOT_FOUND: {
    'zh-CN': '它的目录可能已被移走。原来的模型继续运行。',
    en: 'Its directory may have been moved. The model before goes on.',
  },
  MODEL_SWITCH_UNDER_WAY: {
    'zh-CN': '请等它结束，看清现在的模型后再切换。',
    en: 'Wait for it to end and see which model runs then.',
  },
  NO_EARLIER_MODEL: { 'zh-CN': '请从列表中选择模型。', en: 'Choose a model from the list.' },
  CAMERA_URL_REFUSED: {
    'zh-CN': '应形如 rtsp://192.168.10.7/stream1，内网网段须先写入服务器的设置。',
    en: 'It looks like rtsp://192.168.10.7/stream1, and the server’s settings must allow private networks.',
  },
  CAMERA_NOT_FOUND: { 'zh-CN': '它可能已被删除。', en: 'It may have been removed.' },
  RECORD_NOT_FOUND: {
    'zh-CN': '它可能已被删除。请返回记录列表。',
    en: 'It may have been deleted. Go back to the list.',
  },
}

export function describeError(error: unknown, language: Language): ErrorTexts {
  if (error instanceof HzError) {
    const { code, logId, canRetry } = error
    const hint = hints[code] ?? (canRetry ? retryHint : otherHint)
    const what = language === 'en' ? error.en : error.zh
    return { what, next: hint[language], code, logId, canRetry }
  }
  const message = error instanceof Error ? error.message : String(error)
  const what = `${unknownError[language]}${message}`
  return { what, next: retryHint[language], code: 'INTERNAL', logId: null, canRetry: true }
}
