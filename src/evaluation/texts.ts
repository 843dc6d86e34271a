import type { Language, SignCategory } from '../contract/index.ts'
import type { Alteration } from './alter/alter.ts'
import type { Case } from './cases.ts'
import { en } from './texts-en.ts'
import { zh } from './texts-zh.ts'

/** Everything that a report says. Columns stand in the order of the tables. */
export interface ReportText {
  title: string
  model: string
  folder: string
  labels: string
  summary: (photos: number, signFree: number, signs: number, ignored: number) => string
  rule: (iou: number, confidence: number, lowest: number) => string
  unaltered: string
  alterations: Record<Alteration, string>
  categories: Record<SignCategory, string>
  overview: { title: string; note: string; columns: string[] }
  points: { title: string; note: string; columns: string[] }
  sizes: { title: string; note: string; columns: string[] }
  byCategory: { title: string; columns: string[] }
  classes: { title: string; note: string; columns: string[] }
  naming: { title: string; note: string; columns: string[]; category: string; class: string; readings: string }
  reliability: { title: string; note: (ece: string) => string; columns: string[] }
  confusions: { title: string; note: string; columns: string[]; missed: string; falseAlarm: string; none: string }
  matrix: { title: string; note: string; corner: string }
  timing: { title: string; note: string; columns: string[]; decode: string; infer: (mode: string) => string }
  unknownNames: { title: string; note: string; columns: string[] }
  leftOut: { title: string; columns: string[]; unlabelled: string; missing: string }
  cases: Record<Case['kind'], { title: string; none: string }>
  shown: (shown: number, all: number) => string
  legend: { truth: string; found: string }
  truthIs: (name: string) => string
  foundAs: (name: string, confidence: string) => string
  notSeen: string
  details: (run: string) => string
}

export function reportTextIn(language: Language): ReportText {
  return language === 'en' ? en : zh
}
