import type { Language } from '../contract/index.ts'
import type { VideoProgress } from '../video/video-analyzer.ts'
import { barOf, type ProgressStream, printable } from './progress.ts'
import { signCells, timeText } from './report.ts'
import { textsIn } from './texts.ts'

/** How far a video is, in a bar that redraws itself on a terminal; and its signs as they are found, a line each. */
export class VideoBar {
  readonly #stream: ProgressStream
  readonly #language: Language
  readonly #startedMs = performance.now()
  #signs = 0
  #isDrawn = false

  constructor(stream: ProgressStream, file: string, language: Language) {
    this.#stream = stream
    this.#language = language
    stream.write(`${textsIn(language).readsVideo(printable(file))}\n`)
  }

  tell(progress: VideoProgress): void {
    for (const sign of progress.found) {
      this.clear()
      this.#signs++
      this.#stream.write(`  ${timeText(sign.firstTimeS)}  ${signCells(sign, this.#language).join('  ')}\n`)
    }
    if (this.#stream.isTTY) this.#draw(progress)
  }

  /** Removes the bar, so that other text can take its line. */
  clear(): void {
    if (this.#isDrawn) this.#stream.write('\r\x1b[K')
    this.#isDrawn = false
  }

  #draw({ positionS, durationS, looksPerSecond }: VideoProgress): void {
    const texts = textsIn(this.#language)
    const share = durationS === null || durationS <= 0 ? null : Math.min(1, positionS / durationS)
    const passedS = (performance.now() - this.#startedMs) / 1000
    const bar = share === null ? [] : [barOf(share), `${Math.floor(share * 100)}%`]
    const place = durationS === null ? timeText(positionS) : `${timeText(positionS)}/${timeText(durationS)}`
    const left = share === null || share === 0 ? [] : [texts.timeLeft(timeText((passedS / share) * (1 - share)))]
    const figures = [place, texts.looksPerSecond(looksPerSecond.toFixed(1)), ...left, texts.signs(this.#signs)]
    this.#stream.write(`\r\x1b[K${[...bar, figures.join('  ')].join(' ')}`)
    this.#isDrawn = true
  }
}
