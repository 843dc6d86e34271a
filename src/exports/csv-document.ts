import type { RecordedSign } from '../contract/index.ts'
import { type ExportedRecord, PICTURE_FOLDER, type RecordDocument, type Share } from './record-document.ts'

type Cell = string | number | null

const recordColumns = [
  ...['record_id', 'file_name', 'created_at', 'user_id', 'width', 'height'],
  ...['model_name', 'model_version', 'review_state'],
]
const signColumns = [
  ...['class_code', 'class_name', 'class_name_en', 'category', 'confidence', 'verdict'],
  ...['x1', 'y1', 'x2', 'y2'],
]
const noSign: Cell[] = signColumns.map(() => null)

/** RFC 4180, one row for each sign; a record without signs has one row. Starts with a mark that tells Excel the encoding. */
export class CsvDocument implements RecordDocument {
  readonly fileName = 'records.csv'
  readonly mediaType = 'text/csv; charset=utf-8'
  readonly #withPictures: boolean

  constructor(withPictures: boolean) {
    this.#withPictures = withPictures
  }

  start(): string {
    return `\uFEFF${lineOf([...recordColumns, ...signColumns, ...(this.#withPictures ? ['picture'] : [])])}`
  }

  add({ record, pictureName }: ExportedRecord): Share {
    const { record_id, file_name, created_at, user_id, width, height, model_name, model_version, review } = record
    const own = [record_id, file_name, created_at, user_id, width, height, model_name, model_version, review.state]
    const signs = record.detections.length === 0 ? [noSign] : record.detections.map(cellsOf)
    const picture = this.#withPictures ? [`${PICTURE_FOLDER}/${pictureName}`] : []
    return { text: signs.map((cells) => lineOf([...own, ...cells, ...picture])).join('') }
  }

  middle(): string {
    return ''
  }

  end(): string {
    return ''
  }

  companions(): [] {
    return []
  }
}

function cellsOf(sign: RecordedSign): Cell[] {
  const { class_code, class_name, class_name_en, category, confidence, verdict, bbox } = sign
  return [class_code, class_name, class_name_en, category, confidence, verdict, ...bbox]
}

function lineOf(cells: Cell[]): string {
  return `${cells.map(textOf).join(',')}\r\n`
}

function textOf(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const safe = withoutFormula(cell)
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A spreadsheet runs what starts like a formula, and users choose the names of their files (OWASP, "CSV injection"). */
function withoutFormula(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
}
