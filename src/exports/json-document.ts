import {
  type ExportedRecord,
  JsonElements,
  PICTURE_FOLDER,
  type RecordDocument,
  type Share,
} from './record-document.ts'

/** An array of records as the API has them; in an archive, each with the place of its picture. */
export class JsonDocument implements RecordDocument {
  readonly fileName = 'records.json'
  readonly mediaType = 'application/json; charset=utf-8'
  readonly #withPictures: boolean
  readonly #elements = new JsonElements()

  constructor(withPictures: boolean) {
    this.#withPictures = withPictures
  }

  start(): string {
    return '['
  }

  add({ record, pictureName }: ExportedRecord): Share {
    const picture = this.#withPictures ? { picture: `${PICTURE_FOLDER}/${pictureName}` } : {}
    return { text: this.#elements.next({ ...record, ...picture }) }
  }

  middle(): string {
    return ''
  }

  end(): string {
    return '\n]\n'
  }

  companions(): [] {
    return []
  }
}
