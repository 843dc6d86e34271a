import type { Language } from '../contract/index.ts'

/** What the command says besides its report. */
export interface EvalText {
  usage: string
  noFolder: string
  notAFolder: (dir: string) => string
  wrongOption: (problem: string) => string
  wrongValue: (option: string, value: string, expected: string) => string
  excludesLabels: (option: string) => string
  floorAboutNothing: (floor: string) => string
  nothingLabelled: string
  loading: (photos: number, runs: number) => string
  written: (path: string) => string
  floorMissed: (floor: string, run: string, value: string) => string
  floorsReached: (count: number) => string
}

const zh: EvalText = {
  usage: `用法：npm run eval -- [选项] 文件夹

用带标注的图片评估模型，走与服务器相同的代码。

模型
      --model 文件夹        模型（默认：自带的模型）
      --precision 精度      fp32（默认）| int8
  -m, --mode 模式           fast | balanced | accurate（默认）| max，可用逗号给出多个
标注
      --format 格式         own | yolo | voc | coco（默认：看文件夹里有什么）
      --labels 文件         own 或 coco 的标注文件
      --classes 文件        YOLO 的类别表：classes.txt、data.yaml 或 JSON
      --map 文件            JSON：外来名称 → 代码、大类或 ignore
      --unlabelled-are-empty  YOLO：没有标注文件的图片算作没有标志
      --sign-free           文件夹中的图片都没有标志：只量误报
计分
      --iou 数值            算作找到的最小 IoU（默认 0.5）
  -c, --confidence 数值     分项数据的置信度阈值（默认 0.5）
      --alter 种类          night | rain | backlight | blur | tilt | occlusion | noise | all，可用逗号给出多个
      --seed 整数           改动图片时的随机种子（默认 1）
输出
      --json 文件           写入 JSON
      --html 文件|文件夹    写入网页（文件夹：其中的 index.html）
      --pictures 数量       网页中每种错误最多几张图（默认 24）
      --floor 条件          例：AP50=0.95,recall@0.5=0.9,false_alarms@0.5<=0.2,night:AP=0.6
      --lang 语言           zh-CN | en
  -h, --help                显示本帮助

退出码：0 完成，1 未达到 --floor、缺少图片、有图片或标注无法读取，2 命令有误`,
  noFolder: '请给出一个文件夹。',
  notAFolder: (dir) => `${dir} 不是可以读取的文件夹`,
  wrongOption: (problem) => `选项有误：${problem}`,
  wrongValue: (option, value, expected) => `${option} 的值“${value}”有误：应为 ${expected}`,
  excludesLabels: (option) => `--sign-free 不能与 ${option} 同时使用`,
  floorAboutNothing: (floor) => `--floor 的“${floor}”所说的模式或改动不在本次评估之中`,
  nothingLabelled: '没有一张图片有标注。',
  loading: (photos, runs) => `${photos} 张图片，每张 ${runs} 遍…`,
  written: (path) => `已写入 ${path}`,
  floorMissed: (floor, run, value) => `✗ 未达到 ${floor}：${run} 为 ${value}`,
  floorsReached: (count) => `✓ ${count} 项条件全部达到`,
}

const en: EvalText = {
  usage: `Usage: npm run eval -- [options] FOLDER

Scores a model on labelled photos, through the code that the server runs.

Model
      --model FOLDER        the model (default: the one that comes with the project)
      --precision VALUE     fp32 (default) | int8
  -m, --mode MODES          fast | balanced | accurate (default) | max; several with commas
Labels
      --format FORMAT       own | yolo | voc | coco (default: what lies in the folder)
      --labels FILE         the label file of own or coco
      --classes FILE        YOLO's list of classes: classes.txt, data.yaml or JSON
      --map FILE            JSON: foreign name → code, category, or ignore
      --unlabelled-are-empty  YOLO: a photo without a label file has no signs
      --sign-free           no photo of the folder has a sign: measures false alarms only
Scoring
      --iou VALUE           the least IoU that counts as found (default 0.5)
  -c, --confidence VALUE    the threshold of the details (default 0.5)
      --alter KINDS         night | rain | backlight | blur | tilt | occlusion | noise | all; several with commas
      --seed NUMBER         decides what is left to chance in alterations (default 1)
Output
      --json FILE           write JSON
      --html FILE|FOLDER    write a page (in a folder: index.html)
      --pictures COUNT      at most so many pictures of each kind of mistake on the page (default 24)
      --floor FLOORS        for instance AP50=0.95,recall@0.5=0.9,false_alarms@0.5<=0.2,night:AP=0.6
      --lang LANGUAGE       zh-CN | en
  -h, --help                show this help

Exit code: 0 done, 1 a floor was missed, or a photo is missing, or a photo or label cannot be read, 2 the command is wrong`,
  noFolder: 'Give one folder.',
  notAFolder: (dir) => `${dir} is not a folder that can be read`,
  wrongOption: (problem) => `Wrong option: ${problem}`,
  wrongValue: (option, value, expected) => `${option} cannot be "${value}": expected ${expected}`,
  excludesLabels: (option) => `--sign-free does not go with ${option}`,
  floorAboutNothing: (floor) => `--floor "${floor}" is about a mode or alteration that is not evaluated`,
  nothingLabelled: 'No photo has labels.',
  loading: (photos, runs) =>
    `${photos} ${photos === 1 ? 'photo' : 'photos'}, ${runs} ${runs === 1 ? 'time' : 'times'} each …`,
  written: (path) => `Written: ${path}`,
  floorMissed: (floor, run, value) => `✗ Below the floor ${floor}: ${run} has ${value}`,
  floorsReached: (count) => `✓ ${count === 1 ? 'The floor is' : `All ${count} floors are`} reached`,
}

export function evalTextsIn(language: Language): EvalText {
  return language === 'en' ? en : zh
}
