import { Readable } from 'node:stream'
import type { DetectionType, ExportFormat, ExportQuery } from '../contract/index.ts'
import { AppError } from '../errors.ts'
import { calendarDayIn } from '../records/calendar-day.ts'
import type { RecordService } from '../records/record-service.ts'
import { type RecordRow, viewOf } from '../records/record-view.ts'
import type { FileStore } from '../storage/file-store.ts'
import type { Principal } from '../users/principal.ts'
import { CocoDocument } from './coco-document.ts'
import { CsvDocument } from './csv-document.ts'
import { DocumentText } from './document-text.ts'
import { ExportArchive } from './export-archive.ts'
import { JsonDocument } from './json-document.ts'
import { LabelStudioDocument } from './label-studio-document.ts'
import { pictureExtension, pictureStem } from './picture-name.ts'
import { PICTURE_FOLDER, type RecordDocument } from './record-document.ts'
import { Spool } from './spool.ts'
import { YoloLabels } from './yolo-labels.ts'

interface Deps {
  records: RecordService
  files: Pick<FileStore, 'pathOf' | 'draft'>
  /** Whose calendar day the file is named after. */
  timeZone: string
}

/** A file on its way to whoever asked for it. */
export interface ExportedFile {
  fileName: string
  mediaType: string
  /** Records are read only as fast as it is taken; destroyed, it stops and leaves nothing behind. */
  content: Readable
}

type Rows = AsyncIterable<RecordRow[]>
type Chunks = AsyncGenerator<Uint8Array | string>

const ZIP = 'application/zip'

/** Stored records as one file, in the formats that other programs read. */
export class ExportService {
  readonly #records: RecordService
  readonly #files: Pick<FileStore, 'pathOf' | 'draft'>
  readonly #dayOf: (time: Date) => string

  constructor({ records, files, timeZone }: Deps) {
    this.#records = records
    this.#files = files
    this.#dayOf = calendarDayIn(timeZone)
  }

  /**
   * Begins an export of what the asker may see. The first records are read when it is returned: what is wrong until then
   * fails here, what fails later destroys the content.
   * @throws INVALID_REQUEST, PERMISSION_DENIED
   */
  async open(principal: Principal, query: ExportQuery): Promise<ExportedFile> {
    const { format, pictures = false, record_ids, ...asked } = query
    const filters = pictures || ofPictures.has(format) ? onlyPictures(asked) : asked
    const ids = record_ids?.split(',').map(Number) ?? null
    const rows = await begun(await this.#records.walk(principal, filters, ids))
    const now = new Date()
    const name = (extension: string) => `hzsystem-${this.#dayOf(now)}${suffixes[format]}${extension}`
    if (format === 'yolo') return fileOf(name('.zip'), ZIP, this.#yolo(rows, pictures, now))
    const document = documentOf(format, pictures, now)
    if (pictures) return fileOf(name('.zip'), ZIP, this.#archive(document, rows, now))
    return fileOf(name(format === 'csv' ? '.csv' : '.json'), document.mediaType, this.#text(document, rows))
  }

  async *#text(document: RecordDocument, rows: Rows): Chunks {
    await using behind = new Spool(this.#files)
    const text = new DocumentText(document, behind)
    yield text.start()
    for await (const batch of rows) yield await text.add(batch.map(exportedOf))
    yield* text.end()
  }

  /** One walk for pictures and document, so that they speak of the same records: the document waits on disk. */
  async *#archive(document: RecordDocument, rows: Rows, now: Date): Chunks {
    await using head = new Spool(this.#files)
    await using behind = new Spool(this.#files)
    const archive = new ExportArchive(this.#files, now)
    const text = new DocumentText(document, behind)
    await head.write(text.start())
    for await (const batch of rows) {
      await head.write(await text.add(batch.map(exportedOf)))
      for (const row of batch) yield* archive.picture(pictureOf(row))
    }
    yield* archive.text(document.fileName, joined(head.read(), text.end()))
    for (const { fileName, text } of document.companions()) yield* archive.text(fileName, [text])
    yield* archive.end()
  }

  async *#yolo(rows: Rows, pictures: boolean, now: Date): Chunks {
    await using reviewed = new Spool(this.#files)
    const archive = new ExportArchive(this.#files, now)
    const labels = new YoloLabels()
    for await (const batch of rows) {
      for (const row of batch) {
        const { record, pictureName } = exportedOf(row)
        const stem = pictureStem(row.id, row.fileName)
        yield* archive.smallText(`labels/${stem}.txt`, labels.labelsOf(record), row.createdAt)
        if (row.reviewState === 'reviewed') await reviewed.write(`./${PICTURE_FOLDER}/${pictureName}\n`)
        if (pictures) yield* archive.picture(pictureOf(row))
      }
    }
    for (const { fileName, text } of labels.classFiles()) yield* archive.text(fileName, [text])
    // A list of pictures, as data.yaml may name one in place of the folder.
    yield* archive.text('reviewed.txt', reviewed.read())
    yield* archive.end()
  }
}

/** Labels of one picture each: a video's are on many. */
const ofPictures = new Set<ExportFormat>(['coco', 'yolo', 'label-studio'])

function onlyPictures<T extends { detection_type?: DetectionType }>(filters: T): T {
  if (filters.detection_type === undefined || filters.detection_type === 'image') {
    return { ...filters, detection_type: 'image' }
  }
  const field = {
    field: 'detection_type',
    expected: 'image, as the format is one of pictures',
    expected_zh: '此格式只适用于图片，应为 image',
  }
  throw new AppError('INVALID_REQUEST', {}, { fields: [field] })
}

const suffixes: Record<ExportFormat, string> = {
  csv: '',
  json: '',
  coco: '-coco',
  yolo: '-yolo',
  'label-studio': '-label-studio',
}

function documentOf(format: Exclude<ExportFormat, 'yolo'>, pictures: boolean, now: Date): RecordDocument {
  switch (format) {
    case 'csv':
      return new CsvDocument(pictures)
    case 'json':
      return new JsonDocument(pictures)
    case 'coco':
      return new CocoDocument(now)
    case 'label-studio':
      return new LabelStudioDocument(pictures)
  }
}

function fileOf(fileName: string, mediaType: string, chunks: Chunks): ExportedFile {
  return { fileName, mediaType, content: Readable.from(chunks, { objectMode: false }) }
}

/** The same, with the first already there. */
async function begun(rows: Rows): Promise<Rows> {
  const iterator = rows[Symbol.asyncIterator]()
  const first = await iterator.next()
  return (async function* () {
    if (first.done) return
    yield first.value
    yield* { [Symbol.asyncIterator]: () => iterator }
  })()
}

function exportedOf(row: RecordRow) {
  return { record: viewOf(row), pictureName: pictureNameOf(row) }
}

function pictureOf(row: RecordRow) {
  return { name: pictureNameOf(row), key: row.sourceKey, modifiedAt: row.createdAt }
}

function pictureNameOf({ id, fileName, mediaType }: RecordRow): string {
  return `${pictureStem(id, fileName)}${pictureExtension(mediaType)}`
}

async function* joined(...parts: Chunks[]): Chunks {
  for (const part of parts) yield* part
}
