import { stringify } from 'yaml'
import type { Record } from '../contract/index.ts'
import { ClassNumbers } from './class-numbers.ts'
import { PICTURE_FOLDER } from './record-document.ts'

/** Of a picture's width or height; a hundredth of a pixel of the largest picture. */
const DECIMALS = 6

/**
 * YOLO's detection data set (docs.ultralytics.com, "Detection datasets"): a text file for each picture, empty where it
 * has no signs, and the list of classes.
 */
export class YoloLabels {
  readonly #numbers = new ClassNumbers()

  /** A line for each sign: class, centre, width and height, in shares of the picture. */
  labelsOf({ width, height, detections }: Record): string {
    const lines = detections.map((sign) => {
      const [x1, y1, x2, y2] = sign.bbox
      const shares = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, (x2 - x1) / width, (y2 - y1) / height]
      return `${this.#numbers.of(sign)} ${shares.map((share) => share.toFixed(DECIMALS)).join(' ')}\n`
    })
    return lines.join('')
  }

  /** To be asked for once all labels are written. */
  classFiles(): Array<{ fileName: string; text: string }> {
    const { classes } = this.#numbers
    const namesBy = (nameOf: (i: number) => string) => Object.fromEntries(classes.map((_, i) => [i, nameOf(i)]))
    const dataset = {
      path: '.',
      train: PICTURE_FOLDER,
      val: PICTURE_FOLDER,
      nc: classes.length,
      names: namesBy((i) => classes[i]?.class_code ?? ''),
      names_zh: namesBy((i) => classes[i]?.class_name ?? ''),
      names_en: namesBy((i) => classes[i]?.class_name_en ?? ''),
    }
    const list = classes.map(({ class_code }) => `${class_code.replace(/\p{Cc}/gu, ' ')}\n`).join('')
    return [
      { fileName: 'data.yaml', text: stringify(dataset) },
      { fileName: 'classes.txt', text: list },
    ]
  }
}
