import type { FieldProblem, Language } from './contract/index.ts'

interface Entry {
  /** HTTP status; below 500 means that the same request would fail again. */
  status: number
  zh: string
  en: string
}

/**
 * Every error a client can receive. The code is the contract; the texts are for people and may change.
 * `{name}` is filled from the error's details.
 */
export const catalogue = {
  INVALID_REQUEST: { status: 400, zh: '请求有误：{problem_zh}', en: 'The request is not valid: {problem}' },
  INVALID_OPTION: { status: 400, zh: '选项有误：{problem_zh}', en: 'An option is not valid: {problem}' },
  INVALID_CURSOR: {
    status: 400,
    zh: 'cursor 无效：请使用上一页返回的 next_cursor',
    en: 'cursor is not valid: use next_cursor of the page before',
  },
  NO_FILE: {
    status: 400,
    zh: '没有收到文件：请用 multipart 的 file 字段上传',
    en: 'There is no file: send one in the multipart field "file"',
  },
  EMPTY_FILE: { status: 400, zh: '文件 {file_name} 是空的', en: 'The file {file_name} is empty' },
  TOO_MANY_FILES: {
    status: 400,
    zh: '文件太多：此处最多 {max_files} 个',
    en: 'Too many files: at most {max_files} here',
  },
  UPLOAD_INTERRUPTED: {
    status: 400,
    zh: '上传在文件 {file_name} 处中断',
    en: 'The upload broke off within the file {file_name}',
  },
  UNSUPPORTED_DETECTION_TYPE: {
    status: 400,
    zh: '检测类型 {detection_type} 不适用于此文件：应为 {expected}',
    en: 'detection_type {detection_type} does not fit this file: expected {expected}',
  },
  AUTHENTICATION_FAILED: { status: 401, zh: '认证失败，请检查token', en: 'Authentication failed: check the token' },
  WRONG_CREDENTIALS: { status: 401, zh: '用户名或密码错误', en: 'Wrong user name or password' },
  PERMISSION_DENIED: { status: 403, zh: '权限不足：需要 {needed}', en: 'Permission denied: this needs {needed}' },
  ORIGIN_REFUSED: {
    status: 403,
    zh: '不接受来自 {origin} 页面的请求',
    en: 'Requests from pages of {origin} are not accepted',
  },
  HOST_REFUSED: {
    status: 403,
    zh: '不接受 Host 为 {host} 的请求',
    en: 'Requests with the Host {host} are not accepted',
  },
  NOT_FOUND: { status: 404, zh: '{path} 不存在', en: 'There is no {path}' },
  FILE_NOT_FOUND: {
    status: 404,
    zh: '找不到文件 {file_path}：应为上传返回的 file_path',
    en: 'No file {file_path}: expected the file_path of an upload of yours',
  },
  UPLOAD_NOT_FOUND: { status: 404, zh: '找不到上传 {upload_id}', en: 'No upload {upload_id}' },
  TASK_NOT_FOUND: { status: 404, zh: '找不到任务 {task_id}', en: 'No task {task_id}' },
  RECORD_NOT_FOUND: { status: 404, zh: '找不到检测记录 {record_id}', en: 'No record {record_id}' },
  NOTIFICATION_NOT_FOUND: { status: 404, zh: '找不到通知 {notification_id}', en: 'No notification {notification_id}' },
  USER_NOT_FOUND: { status: 404, zh: '找不到用户 {user_id}', en: 'No user {user_id}' },
  TOKEN_NOT_FOUND: { status: 404, zh: '找不到令牌 {token_id}', en: 'No token {token_id}' },
  MODEL_NOT_FOUND: { status: 404, zh: '找不到模型 {model_id}', en: 'No model {model_id}' },
  CAMERA_NOT_FOUND: { status: 404, zh: '找不到摄像头 {camera_id}', en: 'No camera {camera_id}' },
  TASK_FINISHED: {
    status: 409,
    zh: '任务 {task_id} 已结束（{status}）',
    en: 'The task {task_id} has already ended ({status})',
  },
  TASK_NOT_RETRYABLE: {
    status: 409,
    zh: '任务 {task_id} 不能重试（{status}）',
    en: 'The task {task_id} cannot be tried again ({status})',
  },
  SESSION_LOST: {
    status: 409,
    zh: '服务器意外终止，实时会话已随之结束',
    en: 'The server ended unexpectedly, and the camera session with it',
  },
  USERNAME_TAKEN: { status: 409, zh: '用户名 {username} 已被使用', en: 'The user name {username} is taken' },
  LAST_ADMINISTRATOR: {
    status: 409,
    zh: '不能停用或降级最后一位管理员',
    en: 'The last administrator can be neither disabled nor demoted',
  },
  MODEL_SWITCH_UNDER_WAY: {
    status: 409,
    zh: '另一次模型切换正在进行，请稍后查看模型列表再试',
    en: 'Another switch of the model is under way: look at the list of models, then try again',
  },
  NO_EARLIER_MODEL: { status: 409, zh: '此前没有启用过其他模型', en: 'No other model was active before' },
  REVIEW_CONFLICT: {
    status: 409,
    zh: '记录 {record_id} 的复核已保存到第 {version} 版，请重新载入后再修改',
    en: 'The review of record {record_id} is at version {version} by now: load it again, then change it',
  },
  UPLOAD_FINISHED: {
    status: 409,
    zh: '上传 {upload_id} 已完成，不能再取消',
    en: 'The upload {upload_id} is complete and can no longer be taken back',
  },
  UPLOAD_OFFSET_CONFLICT: {
    status: 409,
    zh: '位置不符：已收到 {offset} 字节，请从此处继续',
    en: 'Wrong offset: {offset} bytes are here; go on from there',
  },
  TUS_VERSION_UNSUPPORTED: {
    status: 412,
    zh: '请求头 Tus-Resumable 应为 {supported}',
    en: 'The header Tus-Resumable must be {supported}',
  },
  UPLOAD_TOO_LARGE: {
    status: 413,
    zh: '文件 {file_name} 超过 {max_bytes} 字节',
    en: 'The file {file_name} is larger than {max_bytes} bytes',
  },
  IMAGE_TOO_LARGE: {
    status: 413,
    zh: '图片 {file_name} 有 {width}×{height} 像素，超过 {max_pixels} 像素的上限',
    en: 'The picture {file_name} has {width}×{height} pixels, more than the {max_pixels} allowed',
  },
  FRAME_TOO_LARGE: {
    status: 413,
    zh: '画面有 {width}×{height} 像素，超过 {max_pixels} 像素的上限',
    en: 'The frame has {width}×{height} pixels, more than the {max_pixels} allowed',
  },
  VIDEO_TOO_LARGE: {
    status: 413,
    zh: '视频 {file_name} 的画面为 {width}×{height} 像素，超过 {max_pixels} 像素的上限',
    en: 'The pictures of the video {file_name} have {width}×{height} pixels, more than the {max_pixels} allowed',
  },
  VIDEO_TOO_LONG: {
    status: 413,
    zh: '视频 {file_name} 长于 {max_seconds} 秒',
    en: 'The video {file_name} is longer than {max_seconds} s',
  },
  UNSUPPORTED_MEDIA: {
    status: 415,
    zh: '文件 {file_name} 不是支持的图片（JPEG、PNG、WebP、TIFF、GIF、AVIF）或视频（MP4、MOV、MKV、WebM、AVI、TS）',
    en: 'The file {file_name} is not a supported picture (JPEG, PNG, WebP, TIFF, GIF, AVIF) or video (MP4, MOV, MKV, WebM, AVI, TS)',
  },
  VIDEO_CODEC_UNSUPPORTED: {
    status: 415,
    zh: '视频 {file_name} 的编码 {codec} 无法解码：请用 H.264、HEVC、VP8、VP9、AV1 或 MPEG-4',
    en: 'The codec {codec} of the video {file_name} cannot be decoded: use H.264, HEVC, VP8, VP9, AV1 or MPEG-4',
  },
  VIDEO_WITHOUT_PICTURES: {
    status: 422,
    zh: '视频 {file_name} 里没有画面',
    en: 'The video {file_name} holds no pictures',
  },
  VIDEO_UNREADABLE: {
    status: 422,
    zh: '视频 {file_name} 已损坏或不完整',
    en: 'The video {file_name} is damaged or incomplete',
  },
  IMAGE_UNREADABLE: {
    status: 422,
    zh: '图片 {file_name} 已损坏或不完整',
    en: 'The picture {file_name} is damaged or incomplete',
  },
  FRAME_UNREADABLE: {
    status: 422,
    zh: '画面不是完整的 JPEG 或 WebP 图片',
    en: 'The frame is not a whole JPEG or WebP picture',
  },
  NO_FRAMES: {
    status: 422,
    zh: '实时会话中没有收到可用的画面',
    en: 'The camera session had no frame that could be looked at',
  },
  CAMERA_URL_REFUSED: {
    status: 422,
    zh: '不接受此摄像头地址：{reason_zh}',
    en: 'The address of the camera is refused: {reason}',
  },
  MODEL_UNUSABLE: {
    status: 422,
    zh: '模型 {model_id} 无法使用：{reason_zh}',
    en: 'The model {model_id} cannot be used: {reason}',
  },
  UPLOAD_BUSY: {
    status: 423,
    zh: '上传 {upload_id} 正由另一个请求写入',
    en: 'Another request is writing to the upload {upload_id}',
  },
  TOO_MANY_UPLOADS: {
    status: 429,
    zh: '未完成的上传过多：最多 {max_uploads} 个，请先完成或取消',
    en: 'Too many unfinished uploads: at most {max_uploads}; finish or cancel some first',
  },
  CHECKSUM_MISMATCH: {
    status: 460,
    zh: '校验和不符，这一段没有保存，请从 {offset} 字节处重发',
    en: 'The checksum does not match and the piece was not kept: send it again from byte {offset}',
  },
  RATE_LIMITED: {
    status: 429,
    zh: '请求过于频繁，请在 {retry_after} 秒后重试',
    en: 'Too many requests: try again in {retry_after} s',
  },
  SESSION_LIMIT: {
    status: 429,
    zh: '实时会话已达上限（{limit}），请先结束其中一个',
    en: 'There are {limit} camera sessions already, and no more are allowed: end one first',
  },
  TASK_CANCELLED: { status: 409, zh: '任务已取消', en: 'The task was cancelled' },
  INTERNAL: { status: 500, zh: '服务器内部错误（日志编号 {log_id}）', en: 'Internal error (log id {log_id})' },
  MODEL_ERROR: { status: 500, zh: '模型运行失败', en: 'The model failed' },
  DETECTION_TIMEOUT: {
    status: 504,
    zh: '检测超过 {seconds} 秒，已停止',
    en: 'The detection took more than {seconds} s and was stopped',
  },
  VIDEO_UNAVAILABLE: {
    status: 501,
    zh: '此服务器不能读取视频：请由管理员运行 npm install node-av，或用系统的软件包管理器安装 ffmpeg（含 ffprobe 与 libx264 编码器，须在 PATH 中）；网络摄像头只能用 node-av',
    en: 'This server cannot read videos: its administrator installs node-av with npm install node-av, or ffmpeg (with ffprobe and the encoder libx264, on PATH) with the package manager of the system; network cameras need node-av',
  },
  CAMERA_UNREACHABLE: {
    status: 502,
    zh: '无法连接摄像头：{reason_zh}',
    en: 'The camera cannot be reached: {reason}',
  },
  CAMERA_CREDENTIALS_REFUSED: {
    status: 502,
    zh: '摄像头不接受所给的用户名和密码',
    en: 'The camera does not accept the user name and password',
  },
  CAMERA_SECRET_LOST: {
    status: 409,
    zh: '保存的摄像头密码无法解密：密钥已丢失或更换，请重新填写地址、用户名和密码',
    en: 'What is kept of the camera’s password cannot be decrypted, as the key is lost or another: enter address, user name and password again',
  },
  CAMERA_STREAM_UNSUPPORTED: {
    status: 502,
    zh: '摄像头发来的不是支持的视频流：{reason_zh}',
    en: 'What the camera sends is no stream that is read here: {reason}',
  },
  CAMERA_STREAM_ENDED: { status: 502, zh: '摄像头结束了视频流', en: 'The camera ended its stream' },
  CAMERA_PROCESS_DIED: {
    status: 502,
    zh: '读取摄像头的进程意外终止',
    en: 'The process that read the camera ended unexpectedly',
  },
  CAMERA_LIMIT: {
    status: 503,
    zh: '同时运行的摄像头已达上限（{limit}），正在等待空位',
    en: 'As many cameras run as may ({limit}); this one waits for a place',
  },
  CAMERA_SILENT: {
    status: 504,
    zh: '摄像头在 {seconds} 秒内没有送来画面',
    en: 'The camera sent no picture for {seconds} s',
  },
  QUEUE_FULL: {
    status: 503,
    zh: '排队任务过多，请在 {retry_after} 秒后重试',
    en: 'Too many tasks are waiting: try again in {retry_after} s',
  },
  SHUTTING_DOWN: { status: 503, zh: '服务器正在关闭', en: 'The server is shutting down' },
  STORAGE_FULL: {
    status: 507,
    zh: '服务器磁盘已满，文件没有保存',
    en: 'The server has no space left; the file was not kept',
  },
} as const satisfies Record<string, Entry>

export type ErrorCode = keyof typeof catalogue
export type ErrorDetails = Record<string, unknown>

/** A reason in both languages, for whoever knows which error it is the reason of. `message` is the English one, for logs. */
export class BilingualError extends Error {
  readonly texts: Record<Language, string>

  constructor(texts: Record<Language, string>, options?: ErrorOptions) {
    super(texts.en, options)
    this.texts = texts
  }

  messageIn(language: Language): string {
    return this.texts[language]
  }
}

/** An error that a client may be told of. Anything else is a bug: logged whole and answered `INTERNAL`. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly details: ErrorDetails
  /** The fields that are wrong, where the error is about fields. */
  readonly fields: FieldProblem[]

  constructor(code: ErrorCode, details: ErrorDetails = {}, options: ErrorOptions & { fields?: FieldProblem[] } = {}) {
    const fields = options.fields ?? []
    const told = fields.length === 0 ? details : { ...inWords(fields), ...details }
    super(messageOf(code, told, 'en'), options)
    this.name = 'AppError'
    this.code = code
    this.details = told
    this.fields = fields
  }

  get status(): number {
    return catalogue[this.code].status
  }

  messageIn(language: Language): string {
    return messageOf(this.code, this.details, language)
  }
}

export function messageOf(code: ErrorCode, details: ErrorDetails, language: Language): string {
  const entry: Entry = catalogue[code]
  const template = language === 'en' ? entry.en : entry.zh
  return template.replace(/\{(\w+?)(_zh)?\}/g, (_, name: string, zh = '') =>
    shorten(details[name + zh] ?? details[name]),
  )
}

/** Wrong fields as one sentence in each language. */
function inWords(fields: FieldProblem[]): ErrorDetails {
  return {
    problem: fields.map(({ field, expected }) => `${field} (${expected})`).join('; '),
    problem_zh: fields.map(({ field, expected, expected_zh }) => `${field}（${expected_zh ?? expected}）`).join('；'),
  }
}

const MAX_REPEATED_CHARS = 300

/** What a client sent is repeated to it only in part: names of 5,000 characters exist. */
function shorten(value: unknown): string {
  const text = String(value ?? '')
  return text.length > MAX_REPEATED_CHARS ? `${text.slice(0, MAX_REPEATED_CHARS - 1)}…` : text
}

/** True when doing it again cannot help: the request itself is what is wrong. */
export function isCallersFault(err: unknown): err is AppError {
  return err instanceof AppError && err.status < 500
}

/** Whether a person may sensibly press "try again". */
export function isRetryable(code: ErrorCode): boolean {
  return (
    catalogue[code].status >= 500 ||
    code === 'RATE_LIMITED' ||
    code === 'MODEL_SWITCH_UNDER_WAY' ||
    code === 'TASK_CANCELLED' ||
    code === 'UPLOAD_INTERRUPTED' ||
    code === 'UPLOAD_OFFSET_CONFLICT' ||
    code === 'UPLOAD_BUSY' ||
    code === 'CHECKSUM_MISMATCH'
  )
}
