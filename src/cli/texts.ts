import type { Language } from '../contract/index.ts'

/** Everything that the command says. */
export interface CliText {
  usage: string
  noFiles: string
  wrongOption: (problem: string) => string
  wrongValue: (option: string, value: string, expected: string) => string
  loading: (processes: number) => string
  columns: [sign: string, code: string, category: string, confidence: string, box: string]
  trackColumns: [sign: string, code: string, category: string, confidence: string, from: string, to: string]
  categories: Record<'prohibitory' | 'mandatory' | 'warning' | 'other', string>
  noSigns: string
  signs: (count: number) => string
  saved: (path: string) => string
  skipsResults: string
  looksPerSecond: (looks: string) => string
  timeLeft: (time: string) => string
  isPartial: (pictures: number) => string
  missing: string
  isFolder: string
  readsVideo: (file: string) => string
  sum: (pictures: number, videos: number, signs: number, failed: number, seconds: string) => string
}

const zh: CliText = {
  usage: `用法：npm run detect -- [选项] 图片或视频 …

识别图片和视频中的交通标志，列出结果，并在每个文件旁写入 <名称>.detected.jpg；视频另有 <名称>.detected.mp4。
视频中的每个标志只列一次，并注明出现的起止时间。

  -m, --mode 模式         fast | balanced | accurate | max（默认：图片 accurate，视频 fast）
  -c, --confidence 数值   置信度阈值，0 … 1（默认 0.5）
  -r, --frame-rate 数值   视频每秒识别的画面数，0.2 … 30（默认：按需，最多 10）
  -p, --processes 数量    同时识别图片的进程数（默认：处理器核数）
      --model 文件夹      模型（默认：自带的模型）
      --no-save           不写入结果图片和视频
      --json              输出一个 JSON 文档
      --lang 语言         zh-CN | en
  -h, --help              显示本帮助

退出码：0 全部成功，1 有文件失败，2 命令有误，130 被中断`,
  noFiles: '没有给出图片或视频。',
  wrongOption: (problem) => `选项有误：${problem}`,
  wrongValue: (option, value, expected) => `${option} 的值“${value}”有误：应为 ${expected}`,
  loading: (processes) => `正在加载模型（${processes} 个进程）…`,
  columns: ['标志', '代码', '类别', '置信度', '位置'],
  trackColumns: ['标志', '代码', '类别', '置信度', '出现', '消失'],
  categories: { prohibitory: '禁令', mandatory: '指示', warning: '警告', other: '其他' },
  noSigns: '没有发现交通标志',
  signs: (count) => `${count} 个标志`,
  saved: (path) => `已写入 ${path}`,
  skipsResults: '跳过以前的结果（*.detected.jpg、*.detected.mp4）',
  looksPerSecond: (looks) => `${looks} 帧/秒`,
  timeLeft: (time) => `剩余 ${time}`,
  isPartial: (pictures) => `⚠ 有 ${pictures} 帧无法读取：结果不完整`,
  missing: '文件不存在或无法读取',
  isFolder: '这是文件夹，不是图片或视频',
  readsVideo: (file) => `正在识别 ${file} …`,
  sum: (pictures, videos, signs, failed, seconds) =>
    [
      ...(pictures > 0 ? [`${pictures} 张图片`] : []),
      ...(videos > 0 ? [`${videos} 个视频`] : []),
      `${signs} 个标志`,
      ...(failed > 0 ? [`${failed} 个失败`] : []),
      `用时 ${seconds} 秒`,
    ].join('，'),
}

const en: CliText = {
  usage: `Usage: npm run detect -- [options] PICTURE_OR_VIDEO …

Finds the traffic signs in pictures and videos, lists them, and writes <name>.detected.jpg beside each file, for videos
<name>.detected.mp4 as well. Each sign of a video is listed once, with the times of its first and its last sight.

  -m, --mode MODE         fast | balanced | accurate | max (default: accurate for pictures, fast for videos)
  -c, --confidence VALUE  confidence threshold, 0 … 1 (default 0.5)
  -r, --frame-rate VALUE  frames of a video to look at, a second, 0.2 … 30 (default: as needed, at most 10)
  -p, --processes COUNT   how many processes work on pictures at once (default: processor cores)
      --model FOLDER      the model (default: the one that comes with the project)
      --no-save           write no result pictures and videos
      --json              print one JSON document
      --lang LANGUAGE     zh-CN | en
  -h, --help              show this help

Exit code: 0 all went well, 1 a file failed, 2 the command is wrong, 130 interrupted`,
  noFiles: 'No pictures or videos given.',
  wrongOption: (problem) => `Wrong option: ${problem}`,
  wrongValue: (option, value, expected) => `${option} cannot be "${value}": expected ${expected}`,
  loading: (processes) => `Loading the model (${processes} ${processes === 1 ? 'process' : 'processes'}) …`,
  columns: ['Sign', 'Code', 'Category', 'Confidence', 'Box'],
  trackColumns: ['Sign', 'Code', 'Category', 'Confidence', 'From', 'To'],
  categories: { prohibitory: 'prohibitory', mandatory: 'mandatory', warning: 'warning', other: 'other' },
  noSigns: 'No traffic signs',
  signs: (count) => counted(count, 'sign'),
  saved: (path) => `Written: ${path}`,
  skipsResults: 'Skipping earlier results (*.detected.jpg, *.detected.mp4)',
  looksPerSecond: (looks) => `${looks} frames/s`,
  timeLeft: (time) => `${time} left`,
  isPartial: (pictures) => `⚠ ${pictures} frames could not be read: the result is incomplete`,
  missing: 'The file does not exist or cannot be read',
  isFolder: 'This is a folder, not a picture or a video',
  readsVideo: (file) => `Reading ${file} …`,
  sum: (pictures, videos, signs, failed, seconds) =>
    [
      ...(pictures > 0 ? [counted(pictures, 'picture')] : []),
      ...(videos > 0 ? [counted(videos, 'video')] : []),
      counted(signs, 'sign'),
      ...(failed > 0 ? [`${failed} failed`] : []),
      `${seconds} s`,
    ].join(', '),
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

export function textsIn(language: Language): CliText {
  return language === 'en' ? en : zh
}
