import { call } from './api.js'
import { Card } from './card.js'
import { onLanguage } from './texts.js'

/** @import { ServerMessage, Task } from '../../contract/index.ts' */
/** @import { CardOptions } from './card.js' */
/** @import { LiveSocket } from './socket.js' */

const UPLOADS_AT_ONCE = 2
const STATUS_INTERVAL_MS = 3000
const CLOCK_INTERVAL_MS = 200
/** Running tasks of earlier visits, or of other programs, that get a card. */
const MOST_ADOPTED = 20
/** Tasks without a card whose messages are kept: they may come before the answer that names the task. */
const MOST_EARLY = 200

/** The files of this visit, and the tasks still running, each with its progress and its end. */
export class Cards {
  /** @type {Card[]} */
  #cards = []
  /** @type {Map<string, ServerMessage[]>} */
  #early = new Map()
  #uploading = 0
  maxBytes = Number.POSITIVE_INFINITY

  /** @param {{ root: HTMLElement, section: HTMLElement, socket: LiveSocket, announce: (text: string) => void, onSuccess: () => void }} parts */
  constructor({ root, section, socket, announce, onSuccess }) {
    this.root = root
    this.section = section
    this.socket = socket
    this.announce = announce
    this.onSuccess = onSuccess
    onLanguage(() => {
      for (const card of this.#cards) card.show(true)
    })
    setInterval(() => {
      for (const card of this.#cards) if (card.state.kind === 'processing') card.show()
    }, CLOCK_INTERVAL_MS)
    setInterval(() => void this.#refresh(), STATUS_INTERVAL_MS)
  }

  /**
   * @param {File[]} files
   * @param {{ mode: string, confidence_threshold: string }} options
   */
  addFiles(files, options) {
    const cards = files.map((file) => this.#make({ file, fields: { ...options }, name: file.name, size: file.size }))
    this.root.prepend(...cards.map(({ view }) => view.root))
    this.#pump()
  }

  /** @param {ServerMessage} message */
  handle(message) {
    if (!('task_id' in message.data) || typeof message.data.task_id !== 'string') return
    const { task_id: taskId } = message.data
    const card = this.#cards.find((candidate) => candidate.taskId === taskId)
    if (card !== undefined) return card.apply(message)
    this.#early.set(taskId, [...(this.#early.get(taskId) ?? []), message].slice(-20))
    if (this.#early.size > MOST_EARLY) this.#early.delete(/** @type {string} */ (this.#early.keys().next().value))
  }

  /** Shows what runs, also of earlier visits, and how what was running has ended. To be called after every greeting. */
  async sync() {
    const before = this.#cards.filter((card) => card.isUnderWay)
    const status = await this.socket.command('get_status').catch(() => null)
    if (status === null) return
    const tasks = /** @type {Task[]} */ (status.tasks)
    for (const task of tasks) {
      const known = this.#cards.find(({ taskId }) => taskId === task.task_id)
      if (known?.isUnderWay) await known.showTask(task)
      else if (known === undefined) this.#adopt(task)
    }
    const running = new Set(tasks.map(({ task_id }) => task_id))
    await this.#askEach(before.filter(({ taskId }) => taskId !== null && !running.has(taskId)))
  }

  /** Places in the queue come as answers, not as events; and without a socket, so does everything. */
  async #refresh() {
    const open = this.#cards.filter((card) => card.isUnderWay)
    if (open.length === 0) return
    if (this.socket.state.kind !== 'connected') await this.#askEach(open)
    else if (open.some(({ state }) => state.kind === 'queued')) await this.sync()
  }

  /** @param {Card[]} cards */
  async #askEach(cards) {
    for (const card of cards) {
      const task = await call('GET', `/api/tasks/${card.taskId}`).catch(() => null)
      if (task !== null && card.isUnderWay) await card.showTask(task)
    }
  }

  /**
   * A task of before the page was loaded. One that came just now may be an upload's whose answer is still on its way.
   * @param {Task} task
   */
  #adopt(task) {
    if (this.#uploading > 0 || this.#cards.filter((card) => card.isUnderWay).length >= MOST_ADOPTED) return
    const fields = { confidence_threshold: String(task.options.confidence_threshold), mode: task.options.mode }
    const card = this.#make({ file: null, fields, name: task.file_name, size: task.file_size })
    this.root.append(card.view.root)
    void card.showTask(task)
    card.become(task.task_id)
  }

  /** @param {Pick<CardOptions, 'file' | 'fields' | 'name' | 'size'>} of */
  #make(of) {
    const card = new Card({
      ...of,
      announce: this.announce,
      onSuccess: this.onSuccess,
      onTask: (known) => this.#tellEarly(known),
      onPending: () => this.#pump(),
      onHide: (hidden) => this.#hide(hidden),
    })
    this.#cards.push(card)
    this.section.hidden = false
    return card
  }

  /** @param {Card} card */
  #tellEarly(card) {
    const taskId = /** @type {string} */ (card.taskId)
    for (const message of this.#early.get(taskId) ?? []) card.apply(message)
    this.#early.delete(taskId)
  }

  #pump() {
    for (const card of this.#cards) {
      if (this.#uploading >= UPLOADS_AT_ONCE) return
      if (card.state.kind === 'pending') void this.#upload(card)
    }
  }

  /** @param {Card} card */
  async #upload(card) {
    this.#uploading++
    await card.upload(this.maxBytes)
    this.#uploading--
    this.#pump()
  }

  /** @param {Card} card */
  #hide(card) {
    const next = card.view.root.nextElementSibling ?? card.view.root.previousElementSibling
    this.#cards = this.#cards.filter((other) => other !== card)
    card.view.root.remove()
    this.section.hidden = this.#cards.length === 0
    if (next instanceof HTMLElement) next.focus()
    else document.getElementById('main')?.focus()
  }
}
