import { asApiError, call } from './api.js'
import { el, safeUrl } from './dom.js'
import { onLanguage, t } from './texts.js'

/** @import { Notification, NotificationMessage, ServerMessage } from '../../contract/index.ts' */

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What administrators tell: shown until it is read, or done where something is to be done, or over. */
export class Notices {
  /** @type {Map<string, { notice: NotificationMessage, item: HTMLElement, timer: number }>} */
  #shown = new Map()

  /**
   * @param {HTMLElement} root
   * @param {(text: string) => void} announce
   */
  constructor(root, announce) {
    this.root = root
    this.announce = announce
    onLanguage(() => {
      for (const { notice } of this.#shown.values()) this.#show(notice)
    })
  }

  /** @param {ServerMessage} message */
  handle(message) {
    if (message.type === 'notification_withdrawn') this.#hide(message.data.notification_id)
    // The snapshot of a connection tells again what `load` knows better: whether it has been read.
    else if (message.type === 'system_notification' && message.snapshot !== true) this.#show(message.data)
  }

  /** What is in force and not done with, from before this page was opened. */
  async load() {
    const page = await call('GET', '/api/notifications?limit=50').catch(asApiError)
    if (!('items' in page)) return
    const open = /** @type {Notification[]} */ (page.items).filter(isOpen)
    const ids = new Set(open.map(({ notification_id }) => notification_id))
    for (const id of this.#shown.keys()) if (!ids.has(id)) this.#hide(id)
    for (const notice of open.reverse()) this.#show(notice)
  }

  /** @param {NotificationMessage} notice */
  #show(notice) {
    const { notification_id: id, expires_at } = notice
    const leftMs = expires_at === null ? LONGEST_TIMER_MS : Date.parse(expires_at) - Date.now()
    if (leftMs <= 0) return
    const before = this.#shown.get(id)
    clearTimeout(before?.timer)
    const timer = setTimeout(() => this.#hide(id), Math.min(leftMs, LONGEST_TIMER_MS))
    const item = this.#make(notice)
    if (before === undefined) this.root.prepend(item)
    else before.item.replaceWith(item)
    this.#shown.set(id, { notice, item, timer })
  }

  /** @param {NotificationMessage} notice */
  #make({ notification_id: id, level, title, message, action_required, action_url }) {
    const isUrgent = level === 'error' || level === 'warning'
    const href = safeUrl(action_url)
    const link = href === null ? null : el('a', { href, target: '_blank', rel: 'noopener' }, t('details'))
    const done = el(
      'button',
      { type: 'button', onclick: () => void this.#settle(id, action_required) },
      t(action_required ? 'acknowledge' : 'dismiss'),
    )
    return el(
      'article',
      { class: 'notice', data: { level, notice: id }, role: isUrgent ? 'alert' : 'status' },
      el('span', { class: 'level' }, t(`level_${level}`)),
      el('div', { class: 'words' }, el('strong', {}, title), el('p', {}, message)),
      el('div', { class: 'actions' }, link, done),
    )
  }

  /**
   * @param {string} id
   * @param {boolean} isAction
   */
  async #settle(id, isAction) {
    const path = `/api/notifications/${encodeURIComponent(id)}/${isAction ? 'acknowledge' : 'read'}`
    const err = await call('POST', path).catch(asApiError)
    if (err === null || err.code === 'NOTIFICATION_NOT_FOUND') this.#hide(id)
    else this.announce(err.text)
  }

  /** @param {string} id */
  #hide(id) {
    const entry = this.#shown.get(id)
    if (entry === undefined) return
    clearTimeout(entry.timer)
    const hadFocus = entry.item.contains(document.activeElement)
    entry.item.remove()
    this.#shown.delete(id)
    if (hadFocus) document.getElementById('main')?.focus()
  }
}

/** @param {Notification} notice */
function isOpen({ read_at, acknowledged_at, action_required }) {
  return action_required ? acknowledged_at === null : read_at === null
}
