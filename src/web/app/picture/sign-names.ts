import type { Detection, SignClass } from '../../../contract/index.ts'
import { type Language, useLanguage } from '../language/language.ts'
import type { SignBox } from './sign-overlay.tsx'

/** A sign's name in one language; in English the Chinese one where there is no other. */
export function signName({ class_name, class_name_en, class_code }: SignClass, language: Language): string {
  return (language === 'en' ? class_name_en || class_name : class_name) || class_code
}

export function useSignName(): (sign: SignClass) => string {
  const language = useLanguage()
  return (sign) => signName(sign, language)
}

/** Detections as boxes to draw; keys are their places in the list. */
export function boxesOf(detections: readonly Detection[], language: Language): SignBox[] {
  return detections.map((sign, index) => ({
    key: String(index),
    bbox: sign.bbox,
    category: sign.category,
    label: signName(sign, language),
  }))
}
