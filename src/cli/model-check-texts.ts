import type { DetectionMode, Language, SignCategory } from '../contract/index.ts'
import type { Comparison } from './compare-precisions.ts'

/** Everything that the command says, except what is wrong with a model: that comes from `ModelProblem`. */
export interface ModelCheckText {
  usage: string
  noDirectory: string
  loading: (dir: string) => string
  /** Between a name and what it is. */
  colon: string
  version: string
  licence: string
  noLicence: string
  decoder: string
  decoders: Record<string, string>
  input: string
  sizeFree: (multiple: number) => string
  sizeFixed: (height: number, width: number) => string
  noClassifier: string
  networkColumns: [network: string, precision: string, file: string, size: string, inputs: string, outputs: string]
  detector: string
  classifier: string
  classes: (count: number, readings: number) => string
  classesOf: (category: SignCategory, count: number) => string
  readingsOf: (name: string, readings: string) => string
  timing: (runs: number) => string
  timingColumns: [mode: string]
  modes: Record<DetectionMode, string>
  onlyFp32: string
  found: (picture: string, count: number) => string
  compared: (comparison: Comparison) => string
  renamed: (fp32: string, int8: string) => string
  problem: (text: string) => string
  good: string
  bad: (count: number) => string
}

const zh: ModelCheckText = {
  usage: `用法：npm run model:check -- [选项] 目录 [图片 …]

检查模型目录能否使用，并用普通的话说明它是什么。

      --json         输出一个 JSON 文档
      --runs 次数    每种模式计时的次数（默认 3）
      --lang 语言    zh-CN | en
  -h, --help         显示本帮助

退出码：0 可以使用，1 模型或图片有问题，2 命令有误`,
  noDirectory: '没有给出模型目录。',
  loading: (dir) => `正在检查 ${dir} …`,
  colon: '：',
  version: '版本',
  licence: '许可',
  noLicence: '未说明',
  decoder: '解码器',
  decoders: {
    'hz-anchor-free': '本项目的网络',
    yolov5: 'YOLOv5：[1, N, 5 + C]',
    yolov8: 'YOLOv8、YOLO11：[1, 4 + C, N]',
    end2end: 'YOLOv10、YOLO26 等自带去重的网络：[1, N, 6]',
    yolox: 'YOLOX 原始输出：[1, N, 5 + C]',
  },
  input: '输入',
  sizeFree: (multiple) => `任意尺寸，边长为 ${multiple} 的倍数`,
  sizeFixed: (height, width) => `固定 ${width}×${height}（宽×高）`,
  noClassifier: '没有分类器：检测器的类别就是标签。',
  networkColumns: ['网络', '精度', '文件', '大小', '输入', '输出'],
  detector: '检测器',
  classifier: '分类器',
  classes: (count, readings) => `${count} 个类别${readings > 0 ? `，${readings} 种读数` : ''}`,
  classesOf: (category, count) =>
    `${{ prohibitory: '禁令', mandatory: '指示', warning: '警告', other: '其他' }[category]} ${count}`,
  readingsOf: (name, readings) => `${name} 的读数：${readings}`,
  timing: (runs) => `一张 1920×1080 图片的 CPU 时间（毫秒，单线程，${runs} 次的中位数）`,
  timingColumns: ['模式'],
  modes: { fast: '快速', balanced: '均衡', accurate: '精确', max: '最大' },
  onlyFp32: '只有 fp32，没有 int8 可比较。',
  found: (picture, count) => `${picture}：${count === 0 ? '没有发现标志' : `${count} 个标志`}`,
  compared: ({ picture, fp32, int8, same, largestDifference }) =>
    `${picture}：fp32 发现 ${fp32} 个标志，int8 发现 ${int8} 个，${same} 个相同，置信度最多相差 ${largestDifference.toFixed(3)}`,
  renamed: (fp32, int8) => `fp32 认为是 ${fp32}，int8 认为是 ${int8}`,
  problem: (text) => `✗ ${text}`,
  good: '✓ 该模型可以使用。',
  bad: (count) => `✗ 该模型不能使用：${count} 个问题。`,
}

const en: ModelCheckText = {
  usage: `Usage: npm run model:check -- [options] DIRECTORY [PICTURE …]

Checks whether a model's directory can be used, and says in plain words what it is.

      --json         print one JSON document
      --runs COUNT   how often each mode is timed (default 3)
      --lang LANGUAGE  zh-CN | en
  -h, --help         show this help

Exit code: 0 it can be used, 1 there are problems with it or with a picture, 2 the command is wrong`,
  noDirectory: "No model's directory given.",
  loading: (dir) => `Checking ${dir} …`,
  colon: ': ',
  version: 'Version',
  licence: 'Licence',
  noLicence: 'not said',
  decoder: 'Decoder',
  decoders: {
    'hz-anchor-free': "this project's networks",
    yolov5: 'YOLOv5: [1, N, 5 + C]',
    yolov8: 'YOLOv8, YOLO11: [1, 4 + C, N]',
    end2end: 'YOLOv10, YOLO26 and others that choose their boxes themselves: [1, N, 6]',
    yolox: "YOLOX's raw output: [1, N, 5 + C]",
  },
  input: 'Input',
  sizeFree: (multiple) => `any size, sides are multiples of ${multiple}`,
  sizeFixed: (height, width) => `always ${width}×${height} (width×height)`,
  noClassifier: "No classifier: the detector's classes are the labels.",
  networkColumns: ['Network', 'Precision', 'File', 'Size', 'Input', 'Output'],
  detector: 'detector',
  classifier: 'classifier',
  classes: (count, readings) =>
    `${count} ${count === 1 ? 'class' : 'classes'}${readings > 0 ? `, ${readings} ${readings === 1 ? 'reading' : 'readings'}` : ''}`,
  classesOf: (category, count) => `${category} ${count}`,
  readingsOf: (name, readings) => `Readings of ${name}: ${readings}`,
  timing: (runs) => `CPU time for a picture of 1920×1080 (milliseconds, one thread, median of ${runs})`,
  timingColumns: ['Mode'],
  modes: { fast: 'fast', balanced: 'balanced', accurate: 'accurate', max: 'max' },
  onlyFp32: 'There is only fp32, and no int8 to compare it with.',
  found: (picture, count) => `${picture}: ${count === 0 ? 'no signs' : `${count} ${count === 1 ? 'sign' : 'signs'}`}`,
  compared: ({ picture, fp32, int8, same, largestDifference }) =>
    `${picture}: fp32 finds ${fp32} signs, int8 finds ${int8}, ${same} are the same, confidences differ by ${largestDifference.toFixed(3)} at most`,
  renamed: (fp32, int8) => `fp32 takes it for ${fp32}, int8 for ${int8}`,
  problem: (text) => `✗ ${text}`,
  good: '✓ This model can be used.',
  bad: (count) => `✗ This model cannot be used: ${count} ${count === 1 ? 'problem' : 'problems'}.`,
}

export function modelCheckTexts(language: Language): ModelCheckText {
  return language === 'en' ? en : zh
}
