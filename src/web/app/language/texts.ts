import { type Language, languageNow, useLanguage } from './language.ts'

type Text = string | ((...values: never[]) => string)

/** The same texts in both languages; where one takes values, the other takes the same. */
export type Texts<T> = Readonly<Record<Language, T>>

type Shape<T> = { readonly [K in keyof T]: T[K] extends string ? string : T[K] }

/** Chinese comes first and says which texts there are; English must have each of them. */
export function defineTexts<const T extends Record<string, Text>>(zh: T, en: Shape<NoInfer<T>>): Texts<Shape<T>> {
  return { 'zh-CN': zh as Shape<T>, en: en as Shape<T> }
}

/** The texts in the language of now; whoever uses them is drawn anew when it changes. */
export function useTexts<T>(texts: Texts<T>): T {
  return texts[useLanguage()]
}

/** Outside of components. */
export function textsNow<T>(texts: Texts<T>): T {
  return texts[languageNow()]
}

/** `1 sign`, `2 signs`. */
export function plural(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
