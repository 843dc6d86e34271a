import type { Record } from '../contract/index.ts'

/** A record and its picture's place in the archive, whether or not there is one. */
export interface ExportedRecord {
  record: Record
  /** Without folder, with extension. */
  pictureName: string
}

/** A record's share of a document. */
export interface Share {
  text: string
  /** What comes behind the texts of all records; kept on disk until then. */
  behind?: string
}

/** A format that holds all records in one text. Its parts are asked for in this order, once each. */
export interface RecordDocument {
  /** In an archive. */
  readonly fileName: string
  readonly mediaType: string
  start(): string
  add(exported: ExportedRecord): Share
  /** Between the records and what comes behind them. */
  middle(): string
  end(): string
  /** What an archive needs beside it, once all records are known. */
  companions(): Array<{ fileName: string; text: string }>
}

/** Within an archive. */
export const PICTURE_FOLDER = 'images'

/** JSON that is written piece by piece: a comma before each element but the first. */
export class JsonElements {
  #count = 0

  next(...values: unknown[]): string {
    return values.map((value) => `${this.#count++ === 0 ? '\n' : ',\n'}${JSON.stringify(value)}`).join('')
  }
}
