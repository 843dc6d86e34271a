import type { AnalysisStep } from '../analysis/analyzer.ts'

const barColumns = 24

// Roughly the share of the time that each step takes.
const stepShares: Record<AnalysisStep, [start: number, share: number]> = {
  read: [0, 0.15],
  infer: [0.15, 0.7],
  draw: [0.85, 0.15],
}

export interface ProgressStream {
  write(text: string): unknown
  isTTY?: boolean
}

/** How far the pictures are: a bar that redraws itself on a terminal, a plain line per finished picture elsewhere. */
export class Progress {
  readonly #stream: ProgressStream
  readonly #total: number
  readonly #fractions = new Map<number, number>()
  #finished = 0
  #isDrawn = false

  constructor(stream: ProgressStream, total: number) {
    this.#stream = stream
    this.#total = total
  }

  step(index: number, step: AnalysisStep, fraction: number): void {
    const [start, share] = stepShares[step]
    this.#fractions.set(index, start + share * fraction)
    this.#draw()
  }

  /** A picture is done, well or badly. */
  finish(index: number, file: string): void {
    this.#fractions.delete(index)
    this.#finished++
    if (this.#stream.isTTY) this.#draw()
    else this.#stream.write(`[${this.#finished}/${this.#total}] ${printable(file)}\n`)
  }

  /** Removes the bar, so that other text can take its line. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K')
    this.#isDrawn = false
  }

  #draw(): void {
    if (!this.#stream.isTTY) return
    const done = this.#finished + [...this.#fractions.values()].reduce((sum, fraction) => sum + fraction, 0)
    this.#stream.write(
      `\r\x1b[K${barOf(done / this.#total)} ${Math.floor((done / this.#total) * 100)}% ${this.#finished}/${this.#total}`,
    )
    this.#isDrawn = true
  }
}

/** @param share 0..1 */
export function barOf(share: number): string {
  const columns = Math.round(share * barColumns)
  return '█'.repeat(columns) + '░'.repeat(barColumns - columns)
}

/** A file name may hold control characters, which a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?')
}
