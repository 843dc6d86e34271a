import type { Language } from '../contract/index.ts'

/** Everything that the command says. */
export interface CliText {
  usage: string
  noFiles: string
  wrongOption: (problem: string) => string
  wrongValue: (option: string, value: string, expected: string) => string
  loading: (processes: number) => string
  columns: [sign: string, code: string, category: string, confidence: string, box: string]
  categories: Record<'prohibitory' | 'mandatory' | 'warning' | 'other', string>
  noSigns: string
  signs: (count: number) => string
  saved: (path: string) => string
  skipsResults: string
  missing: string
  isFolder: string
  sum: (files: number, signs: number, failed: number, seconds: string) => string
}

const zh: CliText = {
  usage: `用法：npm run detect -- [选项] 图片 …

识别图片中的交通标志，列出结果，并在每张图片旁写入 <名称>.detected.jpg。

  -m, --mode 模式         fast | balanced | accurate（默认）| max
  -c, --confidence 数值   置信度阈值，0 … 1（默认 0.5）
  -p, --processes 数量    同时识别的进程数（默认：处理器核数）
      --model 文件夹      模型（默认：自带的模型）
      --no-save           不写入结果图片
      --json              输出一个 JSON 文档
      --lang 语言         zh-CN | en
  -h, --help              显示本帮助

退出码：0 全部成功，1 有图片失败，2 命令有误，130 被中断`,
  noFiles: '没有给出图片。',
  wrongOption: (problem) => `选项有误：${problem}`,
  wrongValue: (option, value, expected) => `${option} 的值“${value}”有误：应为 ${expected}`,
  loading: (processes) => `正在加载模型（${processes} 个进程）…`,
  columns: ['标志', '代码', '类别', '置信度', '位置'],
  categories: { prohibitory: '禁令', mandatory: '指示', warning: '警告', other: '其他' },
  noSigns: '没有发现交通标志',
  signs: (count) => `${count} 个标志`,
  saved: (path) => `已写入 ${path}`,
  skipsResults: '跳过以前的结果图片（*.detected.jpg）',
  missing: '文件不存在或无法读取',
  isFolder: '这是文件夹，不是图片',
  sum: (files, signs, failed, seconds) =>
    `${files} 张图片，${signs} 个标志${failed > 0 ? `，${failed} 张失败` : ''}，用时 ${seconds} 秒`,
}

const en: CliText = {
  usage: `Usage: npm run detect -- [options] PICTURE …

Finds the traffic signs in pictures, lists them, and writes <name>.detected.jpg beside each picture.

  -m, --mode MODE         fast | balanced | accurate (default) | max
  -c, --confidence VALUE  confidence threshold, 0 … 1 (default 0.5)
  -p, --processes COUNT   how many processes work at once (default: processor cores)
      --model FOLDER      the model (default: the one that comes with the project)
      --no-save           write no result pictures
      --json              print one JSON document
      --lang LANGUAGE     zh-CN | en
  -h, --help              show this help

Exit code: 0 all went well, 1 a picture failed, 2 the command is wrong, 130 interrupted`,
  noFiles: 'No pictures given.',
  wrongOption: (problem) => `Wrong option: ${problem}`,
  wrongValue: (option, value, expected) => `${option} cannot be "${value}": expected ${expected}`,
  loading: (processes) => `Loading the model (${processes} ${processes === 1 ? 'process' : 'processes'}) …`,
  columns: ['Sign', 'Code', 'Category', 'Confidence', 'Box'],
  categories: { prohibitory: 'prohibitory', mandatory: 'mandatory', warning: 'warning', other: 'other' },
  noSigns: 'No traffic signs',
  signs: (count) => `${count} ${count === 1 ? 'sign' : 'signs'}`,
  saved: (path) => `Written: ${path}`,
  skipsResults: 'Skipping earlier results (*.detected.jpg)',
  missing: 'The file does not exist or cannot be read',
  isFolder: 'This is a folder, not a picture',
  sum: (files, signs, failed, seconds) =>
    `${files} ${files === 1 ? 'picture' : 'pictures'}, ${signs} ${signs === 1 ? 'sign' : 'signs'}${
      failed > 0 ? `, ${failed} failed` : ''
    }, ${seconds} s`,
}

export function textsIn(language: Language): CliText {
  return language === 'en' ? en : zh
}
