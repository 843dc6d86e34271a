import type { Language } from '../contract/index.ts'

/** The steps of a picture, as protocol.md names them. `share` is the progress, in percent, at which one begins. */
export const imageSteps = [
  { step: 'read', share: 0, names: { 'zh-CN': '读取图像', en: 'Reading the image' } },
  { step: 'infer', share: 20, names: { 'zh-CN': '模型推理中', en: 'Running the model' } },
  { step: 'draw', share: 75, names: { 'zh-CN': '绘制结果', en: 'Drawing the result' } },
  { step: 'save', share: 90, names: { 'zh-CN': '保存记录', en: 'Saving the record' } },
] as const satisfies Array<{ step: string; share: number; names: Record<Language, string> }>

export type StepName = (typeof imageSteps)[number]['step']

export const TOTAL_STEPS = imageSteps.length

/** @param fraction how much of the step is done, 0 to 1. */
export function progressAt(step: StepName, fraction: number): { index: number; percent: number } {
  const index = imageSteps.findIndex((candidate) => candidate.step === step)
  const begin = imageSteps[index]?.share ?? 0
  const end = imageSteps[index + 1]?.share ?? 100
  return { index: index + 1, percent: Math.floor(begin + (end - begin) * Math.min(1, Math.max(0, fraction))) }
}

/** @param index counts from 1; 0 is "not begun" and has no name. */
export function stepName(index: number, language: Language): string | null {
  return imageSteps[index - 1]?.names[language] ?? null
}
