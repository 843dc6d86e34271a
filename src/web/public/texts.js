/** @typedef {'zh-CN' | 'en'} Language */

const LANGUAGE_KEY = 'hz.language'

/**
 * Each text in Chinese and English. `{name}` is filled in; where `n` is 1, `name_1` is taken if there is one.
 * @satisfies {Record<string, [string, string]>}
 */
const texts = {
  title: ['交通标志检测', 'Traffic sign detection'],
  otherLanguage: ['English', '中文'],
  skip: ['跳到主要内容', 'Skip to the main content'],
  apiDocs: ['接口文档', 'API documentation'],
  close: ['关闭', 'Close'],

  newDetection: ['新建检测', 'New detection'],
  dropHere: ['把照片拖到这里，或点击选择', 'Drop photos here, or click to choose'],
  formats: ['可选多张：JPEG、PNG、WebP、TIFF、GIF、AVIF', 'One or many: JPEG, PNG, WebP, TIFF, GIF, AVIF'],
  mode: ['检测模式', 'Mode'],
  fast: ['快速', 'Fast'],
  balanced: ['均衡', 'Balanced'],
  accurate: ['精确', 'Accurate'],
  max: ['最细', 'Finest'],
  help_fast: ['最快，适合近处的大标志', 'Quickest: for large signs close by'],
  help_balanced: ['速度与精度兼顾', 'Between speed and precision'],
  help_accurate: ['推荐：能看清较远的标志', 'Recommended: also finds signs further away'],
  help_max: ['分块细看，能找出很小的标志，用时最长', 'Looks at the picture in tiles: finds tiny signs, takes longest'],
  threshold: ['最低置信度', 'Minimum confidence'],

  connecting: ['正在连接…', 'Connecting…'],
  connected: ['实时连接正常', 'Live'],
  waiting: ['连接中断，{n} 秒后重连', 'Reconnecting in {n} s'],
  offline: ['网络已断开，恢复后自动重连', 'Offline: reconnects by itself'],
  stopped: ['连接已停止：{reason}', 'Disconnected: {reason}'],
  limit: ['打开的窗口太多，请关闭其他窗口', 'too many open windows: close others'],
  reconnect: ['立即重连', 'Reconnect now'],

  current: ['本次检测', 'This session'],
  pending: ['等待上传', 'Waiting to upload'],
  uploading: ['正在上传', 'Uploading'],
  queued: ['排队中', 'Queued'],
  processing: ['检测中', 'Detecting'],
  success: ['已完成', 'Done'],
  failed: ['失败', 'Failed'],
  cancelled: ['已取消', 'Cancelled'],
  position: ['前面还有 {n} 个任务', '{n} tasks ahead'],
  position_1: ['前面还有 {n} 个任务', '{n} task ahead'],
  next: ['即将开始', 'Starts next'],
  steps: ['检测步骤', 'Steps'],
  step1: ['读取图像', 'Read'],
  step2: ['模型推理', 'Detect'],
  step3: ['绘制结果', 'Draw'],
  step4: ['保存记录', 'Save'],
  times: ['已用 {elapsed} · 剩余约 {remaining}', '{elapsed} elapsed · about {remaining} left'],
  overdue: ['已用 {elapsed} · 比预计稍久，请稍候', '{elapsed} elapsed · taking longer than expected'],
  progressOf: ['{name} 的进度', 'Progress of {name}'],
  cancel: ['取消', 'Cancel'],
  cancelOf: ['取消 {name}', 'Cancel {name}'],
  retry: ['重试', 'Try again'],
  retryOf: ['重试 {name}', 'Try {name} again'],
  hide: ['收起', 'Dismiss'],
  hideOf: ['收起 {name}', 'Dismiss {name}'],
  finished: ['{name}：{signs}', '{name}: {signs}'],
  cancelledHelp: ['任务已取消，没有保存结果。', 'The task was cancelled; nothing was kept.'],

  signs: ['{n} 个标志', '{n} signs'],
  signs_1: ['{n} 个标志', '{n} sign'],
  noSigns: ['未发现标志', 'No signs'],
  noSignsHelp: [
    '没有置信度达到 {threshold} 的标志。可调低最低置信度，或换用更细的模式再试。',
    'No sign reaches a confidence of {threshold}. Lower the minimum confidence, or choose a finer mode.',
  ],
  took: ['用时 {time}', 'took {time}'],
  sign: ['标志', 'Sign'],
  code: ['代码', 'Code'],
  confidence: ['置信度', 'Confidence'],
  prohibitory: ['禁令标志', 'Prohibitory'],
  mandatory: ['指示标志', 'Mandatory'],
  warning: ['警告标志', 'Warning'],
  other: ['其他标志', 'Other'],
  pictureOf: ['{name}，已框出 {signs}', '{name} with {signs} marked'],
  openResult: ['打开大图', 'Open full size'],
  openSource: ['查看原图', 'Original photo'],

  records: ['检测记录', 'Records'],
  noRecords: ['还没有记录。检测完成的照片会保存在这里。', 'No records yet. Finished detections are kept here.'],
  recordsFailed: ['记录无法加载：{reason}', 'The records could not be loaded: {reason}'],
  openRecord: ['查看 {name} 的结果', 'Show the result of {name}'],
  more: ['加载更多', 'Load more'],
  delete: ['删除', 'Delete'],
  deleteSure: ['确认删除？', 'Really delete?'],
  deleteOf: ['删除 {name}', 'Delete {name}'],
  deleteSureOf: ['再按一次，永久删除 {name}', 'Press again to delete {name} for good'],
  deleted: ['{name} 已删除', '{name} was deleted'],

  notices: ['系统通知', 'Notices'],
  level_info: ['通知', 'Notice'],
  level_warning: ['注意', 'Warning'],
  level_error: ['重要', 'Important'],
  level_success: ['好消息', 'Good news'],
  dismiss: ['知道了', 'Got it'],
  acknowledge: ['确认已处理', 'Mark as done'],
  details: ['查看详情', 'Details'],

  signIn: ['登录', 'Sign in'],
  signInLead: ['请用管理员分配的账号登录。', 'Use the account that an administrator gave you.'],
  signOut: ['退出', 'Sign out'],
  username: ['用户名', 'User name'],
  password: ['密码', 'Password'],
  passwordHelp: ['至少 10 个字符', 'At least 10 characters'],
  setup: ['创建管理员', 'Create the administrator'],
  setupLead: ['首次使用：请设置第一位管理员的账号。', 'First run: choose the first administrator’s account.'],
  setupGone: [
    '此链接已失效。若还没有管理员，请重启服务器，用日志中的新链接再试。',
    'This link is no longer valid. If there is no administrator yet, restart the server and use the new link in its log.',
  ],
  sessionEnded: ['登录已失效，请重新登录。', 'Your session has ended: please sign in again.'],

  error_NETWORK: ['无法连接服务器', 'The server cannot be reached'],
  error_UPLOAD_TOO_LARGE: ['文件超过 {max} 的上限', 'The file is larger than the limit of {max}'],
  hint_NETWORK: [
    '请检查网络，确认服务器正在运行，然后重试。',
    'Check the network and that the server is running, then try again.',
  ],
  hint_UNSUPPORTED_MEDIA: [
    '请换一张照片：文件内容须是真正的图片，只改扩展名不行。',
    'Choose another file: its content must be a picture, whatever its name says.',
  ],
  hint_IMAGE_UNREADABLE: ['请重新导出或重新拍摄后再上传。', 'Export or take the picture again and upload that.'],
  hint_IMAGE_TOO_LARGE: ['请缩小图片后再上传。', 'Make the picture smaller and upload it again.'],
  hint_UPLOAD_TOO_LARGE: [
    '请压缩或缩小图片后再上传。',
    'Compress the picture or make it smaller, and upload it again.',
  ],
  hint_EMPTY_FILE: ['文件里没有内容，请重新选择。', 'There is nothing in the file: choose another.'],
  hint_PERMISSION_DENIED: ['请联系管理员。', 'Ask an administrator.'],
  hint_STORAGE_FULL: ['请通知管理员清理磁盘，然后重试。', 'Ask an administrator to free disk space, then try again.'],
  hint_retry: ['可以稍后重试。', 'You can try again.'],
  hint_other: ['请更换文件或联系管理员。', 'Choose another file, or ask an administrator.'],
}

/** @typedef {keyof typeof texts} TextKey */

/** @type {Language} */
let language = localStorage.getItem(LANGUAGE_KEY) === 'en' ? 'en' : 'zh-CN'
/** @type {Array<() => void>} */
const listeners = []

export const languageNow = () => language

/** @param {Language} next */
export function setLanguage(next) {
  language = next
  localStorage.setItem(LANGUAGE_KEY, next)
  for (const tell of listeners) tell()
}

/** @param {() => void} tell what is to be written again in the new language */
export function onLanguage(tell) {
  listeners.push(tell)
}

/**
 * @param {string} key
 * @returns {key is TextKey}
 */
export const hasText = (key) => Object.hasOwn(texts, key)

/**
 * @param {TextKey} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const single = `${key}_1`
  const [zh, en] = texts[values.n === 1 && hasText(single) ? single : key]
  return (language === 'en' ? en : zh).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''))
}

/** Writes the texts of index.html in the language of now. */
export function translatePage() {
  document.documentElement.lang = language
  document.title = `${t('title')} · hzsystem`
  const all = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-text], [data-label]'))
  for (const node of all) {
    if (node.dataset.text !== undefined) node.textContent = t(/** @type {TextKey} */ (node.dataset.text))
    if (node.dataset.label !== undefined) node.ariaLabel = t(/** @type {TextKey} */ (node.dataset.label))
  }
}
