import type { SignClass } from '../../../contract/index.ts'

/** Classes that a text may mean, by code, Chinese or English name; the likeliest first. Nothing asked: all of them. */
export function searchClasses(classes: readonly SignClass[], text: string): SignClass[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '') return [...classes]
  return classes
    .map((signClass) => ({ signClass, rank: rankOf(signClass, wanted) }))
    .filter(({ rank }) => rank < NO_MATCH)
    .sort((a, b) => a.rank - b.rank || a.signClass.class_code.length - b.signClass.class_code.length)
    .map(({ signClass }) => signClass)
}

const NO_MATCH = 5

function rankOf({ class_code, class_name, class_name_en }: SignClass, wanted: string): number {
  const code = class_code.toLowerCase()
  const english = class_name_en.toLowerCase()
  if (code === wanted || class_name.toLowerCase() === wanted) return 0
  if (code.startsWith(wanted)) return 1
  if (class_name.toLowerCase().startsWith(wanted) || english.startsWith(wanted)) return 2
  if (class_name.toLowerCase().includes(wanted)) return 3
  const hasEveryWord = wanted.split(/\s+/).every((word) => english.includes(word) || code.includes(word))
  return hasEveryWord ? 4 : NO_MATCH
}
