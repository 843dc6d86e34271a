import { asApiError, call } from './api.js'
import { pictureOf } from './card.js'
import { byId, el } from './dom.js'
import { dateAndTime } from './format.js'
import { resultView, signChips, signsText } from './result.js'
import { onLanguage, t } from './texts.js'

/** @import { Record as StoredRecord, RecordPage } from '../../contract/index.ts' */

const PAGE = 24
const CHIPS = 3
const REFRESH_DELAY_MS = 300

/** What the server has kept, newest first. */
export class Records {
  /** @type {StoredRecord[]} */
  #records = []
  /** @type {Map<number, HTMLLIElement>} */
  #items = new Map()
  /** @type {string | null} */
  #next = null
  #isLoaded = false
  #refreshTimer = 0
  /** @type {StoredRecord | null} */
  #shown = null

  /** @param {(text: string) => void} announce */
  constructor(announce) {
    this.announce = announce
    this.list = byId('records')
    this.note = byId('records-note')
    this.more = byId('more', HTMLButtonElement)
    this.dialog = byId('record', HTMLDialogElement)
    this.more.addEventListener('click', () => void this.#load(this.#next))
    byId('record-close').addEventListener('click', () => this.dialog.close())
    // The backdrop belongs to the dialog; everything else lies within its children.
    this.dialog.addEventListener('click', ({ target }) => target === this.dialog && this.dialog.close())
    this.dialog.addEventListener('close', () => byId('record-body').replaceChildren())
    onLanguage(() => {
      this.#items.clear()
      this.#write()
      if (this.dialog.open && this.#shown !== null) this.#open(this.#shown)
    })
  }

  /** The newest, soon: many tasks may end in one moment. */
  refresh() {
    clearTimeout(this.#refreshTimer)
    this.#refreshTimer = setTimeout(() => void this.#load(null), this.#isLoaded ? REFRESH_DELAY_MS : 0)
  }

  /** @param {string | null} cursor null: the first page */
  async #load(cursor) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== null && { cursor }) })
    this.more.disabled = true
    try {
      const page = /** @type {RecordPage} */ (await call('GET', `/api/detections?${query}`))
      const known = new Set(this.#records.map(({ record_id }) => record_id))
      const added = page.items.filter(({ record_id }) => !known.has(record_id))
      // A first page that shares nothing with what is shown leaves a gap between: then it takes its place.
      const isApart = cursor === null && added.length === page.items.length
      const records = isApart ? added : [...this.#records, ...added]
      this.#records = records.sort((a, b) => b.record_id - a.record_id)
      if (cursor !== null || isApart || !this.#isLoaded) this.#next = page.next_cursor
      this.#isLoaded = true
      this.#write()
    } catch (err) {
      this.#say(t('recordsFailed', { reason: asApiError(err).text }))
    } finally {
      this.more.disabled = false
    }
  }

  #write() {
    if (!this.#isLoaded) return
    const items = this.#records.map((record) => this.#itemOf(record))
    for (const item of [...this.list.children]) if (!items.includes(/** @type {any} */ (item))) item.remove()
    // What stays is not moved: it may have the focus.
    for (const [i, item] of items.entries()) {
      const place = this.list.children[i] ?? null
      if (place !== item) this.list.insertBefore(item, place)
    }
    this.#say(this.#records.length === 0 ? t('noRecords') : '')
    this.more.hidden = this.#next === null
  }

  /** @param {string} text */
  #say(text) {
    this.note.textContent = text
    this.note.hidden = text === ''
  }

  /** @param {StoredRecord} record */
  #itemOf(record) {
    let item = this.#items.get(record.record_id)
    if (item === undefined) {
      item = this.#make(record)
      this.#items.set(record.record_id, item)
    }
    return item
  }

  /** @param {StoredRecord} record */
  #make(record) {
    const { file_name: name, detections, created_at, thumbnail_url, source_image_url } = record
    const src = thumbnail_url ?? source_image_url
    const picture = src === null ? el('span') : el('img', { src, alt: '', loading: 'lazy', decoding: 'async' })
    const open = el(
      'button',
      { type: 'button', class: 'open', 'aria-label': t('openRecord', { name }), onclick: () => this.#open(record) },
      el('span', { class: 'thumb' }, picture),
      el('strong', { class: 'name', title: name }, name),
    )
    const about = `${dateAndTime(created_at)} · ${signsText(detections.length)}`
    return el(
      'li',
      { class: 'record panel', data: { record: record.record_id } },
      open,
      el('p', { class: 'about' }, about),
      signChips(detections, CHIPS),
      this.#deleteButton(record),
    )
  }

  /**
   * Asks to be pressed twice.
   * @param {StoredRecord} record
   */
  #deleteButton(record) {
    const name = record.file_name
    const button = el('button', { type: 'button', class: 'quiet delete' })
    const arm = (/** @type {boolean} */ isArmed) => {
      button.dataset.armed = String(isArmed)
      button.textContent = t(isArmed ? 'deleteSure' : 'delete')
      button.ariaLabel = t(isArmed ? 'deleteSureOf' : 'deleteOf', { name })
    }
    arm(false)
    button.addEventListener('blur', () => arm(false))
    button.addEventListener('click', () => {
      if (button.dataset.armed === 'true') void this.#delete(record, button)
      else arm(true)
    })
    return button
  }

  /**
   * @param {StoredRecord} record
   * @param {HTMLButtonElement} button
   */
  async #delete(record, button) {
    button.disabled = true
    const err = await call('DELETE', `/api/detections/${record.record_id}`).catch(asApiError)
    button.disabled = false
    // Gone by another hand is gone too.
    if (err !== null && err.code !== 'RECORD_NOT_FOUND') {
      this.#say(err.text)
      return this.announce(err.text)
    }
    const next = button.closest('li')?.nextElementSibling?.querySelector('button')
    this.#records = this.#records.filter(({ record_id }) => record_id !== record.record_id)
    this.#items.delete(record.record_id)
    this.#write()
    this.announce(t('deleted', { name: record.file_name }))
    const place = next ?? byId('main')
    place.focus()
  }

  /** @param {StoredRecord} record */
  #open(record) {
    this.#shown = record
    byId('record-title').textContent = record.file_name
    const threshold = record.confidence_threshold
    byId('record-body').replaceChildren(resultView({ fileName: record.file_name, threshold, ...pictureOf(record) }))
    if (!this.dialog.open) this.dialog.showModal()
  }
}
