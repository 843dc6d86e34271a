import type { DetectionType, Language } from '../contract/index.ts'

type Step = { step: StepName; share: number; names: Record<Language, string> }

export type StepName = 'read' | 'infer' | 'draw' | 'save'

const save = { 'zh-CN': '保存记录', en: 'Saving the record' }

/** The steps of each kind of task, as protocol.md names them. `share` is the progress, in percent, at which one begins. */
const imageSteps: Step[] = [
  { step: 'read', share: 0, names: { 'zh-CN': '读取图像', en: 'Reading the image' } },
  { step: 'infer', share: 20, names: { 'zh-CN': '模型推理中', en: 'Running the model' } },
  { step: 'draw', share: 75, names: { 'zh-CN': '绘制结果', en: 'Drawing the result' } },
  { step: 'save', share: 90, names: save },
]

/** Reading, running the model and drawing go on side by side while the video is passed through. */
const videoSteps: Step[] = [
  { step: 'read', share: 0, names: { 'zh-CN': '读取视频', en: 'Reading the video' } },
  { step: 'infer', share: 1, names: { 'zh-CN': '模型推理中', en: 'Running the model' } },
  { step: 'draw', share: 94, names: { 'zh-CN': '生成结果视频', en: 'Making the result video' } },
  { step: 'save', share: 98, names: save },
]

/** A camera has no end that one could be on the way to. */
const realtimeSteps: Step[] = [
  { step: 'infer', share: 0, names: { 'zh-CN': '实时检测中', en: 'Watching the camera' } },
  { step: 'save', share: 100, names: save },
]

const stepsOf: Record<DetectionType, Step[]> = { image: imageSteps, video: videoSteps, realtime: realtimeSteps }

export function totalSteps(detectionType: DetectionType): number {
  return stepsOf[detectionType].length
}

/** @param fraction how much of the step is done, 0 to 1. */
export function progressAt(
  step: StepName,
  fraction: number,
  detectionType: DetectionType = 'image',
): { index: number; percent: number } {
  const steps = stepsOf[detectionType]
  const index = steps.findIndex((candidate) => candidate.step === step)
  const begin = steps[index]?.share ?? 0
  const end = steps[index + 1]?.share ?? 100
  return { index: index + 1, percent: Math.floor(begin + (end - begin) * Math.min(1, Math.max(0, fraction))) }
}

/** @param index counts from 1; 0 is "not begun" and has no name. */
export function stepName(index: number, language: Language, detectionType: DetectionType = 'image'): string | null {
  return stepsOf[detectionType][index - 1]?.names[language] ?? null
}
