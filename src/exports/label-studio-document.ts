import type { Record, RecordedSign } from '../contract/index.ts'
import { ClassNumbers } from './class-numbers.ts'
import {
  type ExportedRecord,
  JsonElements,
  PICTURE_FOLDER,
  type RecordDocument,
  type Share,
} from './record-document.ts'

/** Where Label Studio finds files of its LOCAL_FILES_DOCUMENT_ROOT: the folder into which the archive is unpacked. */
const LOCAL_FILES = '/data/local-files/?d='

/**
 * Tasks of Label Studio (labelstud.io, "Import pre-annotated data"). What a person has reviewed is an annotation and ground
 * truth; of anything else, what is known is a prediction.
 */
export class LabelStudioDocument implements RecordDocument {
  readonly fileName = 'tasks.json'
  readonly mediaType = 'application/json; charset=utf-8'
  readonly #withPictures: boolean
  readonly #tasks = new JsonElements()
  readonly #numbers = new ClassNumbers()

  constructor(withPictures: boolean) {
    this.#withPictures = withPictures
  }

  start(): string {
    return '['
  }

  add({ record, pictureName }: ExportedRecord): Share {
    for (const sign of record.detections) this.#numbers.of(sign)
    const { record_id, file_name, source_image_url } = record
    const image = this.#withPictures
      ? `${LOCAL_FILES}${PICTURE_FOLDER}/${encodeURIComponent(pictureName)}`
      : source_image_url
    return { text: this.#tasks.next({ data: { image, record_id, file_name }, ...findingsOf(record) }) }
  }

  middle(): string {
    return ''
  }

  end(): string {
    return '\n]\n'
  }

  companions(): Array<{ fileName: string; text: string }> {
    const labels = this.#numbers.classes.map(({ class_code, class_name, class_name_en }) => {
      return `    <Label value="${escaped(class_code)}" hint="${escaped(`${class_name} ${class_name_en}`)}"/>\n`
    })
    const text = `<View>
  <Image name="image" value="$image" zoom="true"/>
  <RectangleLabels name="label" toName="image">
${labels.join('')}  </RectangleLabels>
</View>
`
    return [{ fileName: 'label-config.xml', text }]
  }
}

function findingsOf(record: Record) {
  const result = record.detections.map((sign, i) => regionOf(record, sign, i))
  const { review, model_name, model_version, detections } = record
  if (review.state === 'reviewed') {
    return { annotations: [{ ground_truth: true, was_cancelled: false, created_at: review.at, result }] }
  }
  const score = detections.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(detections.length, 1)
  return { predictions: [{ model_version: `${model_name} ${model_version}`, score, result }] }
}

/** Corners in percent of the picture. */
function regionOf({ record_id, width, height }: Record, sign: RecordedSign, i: number) {
  const [x1, y1, x2, y2] = sign.bbox
  return {
    id: `${record_id}-${i}`,
    type: 'rectanglelabels',
    from_name: 'label',
    to_name: 'image',
    original_width: width,
    original_height: height,
    image_rotation: 0,
    value: {
      x: (x1 / width) * 100,
      y: (y1 / height) * 100,
      width: ((x2 - x1) / width) * 100,
      height: ((y2 - y1) / height) * 100,
      rotation: 0,
      rectanglelabels: [sign.class_code],
    },
    ...(sign.verdict === null ? { score: sign.confidence } : { meta: { text: [sign.verdict] } }),
  }
}

function escaped(text: string): string {
  const entities: { [letter: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  return text.replace(/[&<>"]/g, (letter) => entities[letter] ?? '').replace(/\p{Cc}/gu, ' ')
}
