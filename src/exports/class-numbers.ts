import type { SignClass } from '../contract/index.ts'

/** The classes of an export, numbered from 0 in the order in which its records show them. */
export class ClassNumbers {
  readonly #numbers = new Map<string, number>()
  readonly classes: SignClass[] = []

  of({ class_code, class_name, class_name_en, category }: SignClass): number {
    const known = this.#numbers.get(class_code)
    if (known !== undefined) return known
    const number = this.classes.push({ class_code, class_name, class_name_en, category }) - 1
    this.#numbers.set(class_code, number)
    return number
  }
}
