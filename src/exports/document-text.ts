import type { ExportedRecord, RecordDocument } from './record-document.ts'
import type { Spool } from './spool.ts'

/** Puts a document's parts in their order; the spool holds what comes behind all records. */
export class DocumentText {
  readonly #document: RecordDocument
  readonly #behind: Spool

  constructor(document: RecordDocument, behind: Spool) {
    this.#document = document
    this.#behind = behind
  }

  start(): string {
    return this.#document.start()
  }

  async add(exported: ExportedRecord[]): Promise<string> {
    const shares = exported.map((one) => this.#document.add(one))
    await this.#behind.write(shares.map(({ behind = '' }) => behind).join(''))
    return shares.map(({ text }) => text).join('')
  }

  async *end(): AsyncGenerator<Uint8Array | string> {
    yield this.#document.middle()
    yield* this.#behind.read()
    yield this.#document.end()
  }
}
