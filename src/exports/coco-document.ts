import { ClassNumbers } from './class-numbers.ts'
import { type ExportedRecord, JsonElements, type RecordDocument, type Share } from './record-document.ts'

/**
 * COCO's object detection (cocodataset.org, "Data format"). Every image is listed, also one without annotations, which is
 * free of signs; then come the annotations, and the categories last, once all are known. `score` is the model's where no
 * person has judged the sign.
 */
export class CocoDocument implements RecordDocument {
  readonly fileName = 'annotations.json'
  readonly mediaType = 'application/json; charset=utf-8'
  readonly #createdAt: Date
  readonly #images = new JsonElements()
  readonly #annotations = new JsonElements()
  readonly #numbers = new ClassNumbers()
  #annotationId = 0

  constructor(createdAt: Date) {
    this.#createdAt = createdAt
  }

  start(): string {
    const info = { description: 'hzsystem', version: '1', date_created: this.#createdAt.toISOString() }
    return `{"info":${JSON.stringify(info)},\n"images":[`
  }

  add({ record, pictureName }: ExportedRecord): Share {
    const { record_id, width, height, created_at } = record
    const reviewed = record.review.state === 'reviewed'
    const image = { id: record_id, file_name: pictureName, width, height, date_captured: created_at }
    const annotations = record.detections.map((sign) => {
      const [x1, y1, x2, y2] = sign.bbox
      return {
        id: ++this.#annotationId,
        image_id: record_id,
        category_id: this.#numbers.of(sign) + 1,
        bbox: [x1, y1, x2 - x1, y2 - y1],
        area: (x2 - x1) * (y2 - y1),
        iscrowd: 0,
        ...(sign.verdict === null && { score: sign.confidence }),
        attributes: { verdict: sign.verdict, reviewed },
      }
    })
    return {
      text: this.#images.next({ ...image, original_file_name: record.file_name, reviewed }),
      behind: this.#annotations.next(...annotations),
    }
  }

  middle(): string {
    return '\n],\n"annotations":['
  }

  end(): string {
    const categories = this.#numbers.classes.map(({ class_code, class_name, class_name_en, category }, i) => {
      return { id: i + 1, name: class_code, supercategory: category, name_zh: class_name, name_en: class_name_en }
    })
    return `\n],\n"categories":[${new JsonElements().next(...categories)}\n]}\n`
  }

  companions(): [] {
    return []
  }
}
