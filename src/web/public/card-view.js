import { el } from './dom.js'
import { bytes, seconds } from './format.js'
import { resultView, signsText } from './result.js'
import { t } from './texts.js'

/** @import { ApiError } from './api.js' */
/** @import { Result } from './result.js' */
/** @import { TextKey } from './texts.js' */

const STEPS = /** @type {const} */ (['step1', 'step2', 'step3', 'step4'])

/**
 * Everything a card shows.
 * @typedef {object} CardState
 * @property {'pending' | 'uploading' | 'queued' | 'processing' | 'success' | 'failed' | 'cancelled'} kind
 * @property {string} fileName
 * @property {number} fileSize bytes
 * @property {number} percent of the upload or of the work
 * @property {number | null} queuePosition 1 is next
 * @property {number} stepIndex counts from 1; 0: not begun
 * @property {number} elapsed seconds, at `toldMs`
 * @property {number} remaining seconds, at `toldMs`
 * @property {number} toldMs
 * @property {Result | null} result
 * @property {number} processingTime seconds
 * @property {ApiError | null} error
 * @property {boolean} canRetry
 */

/** @type {CardState} */
export const emptyState = {
  kind: 'pending',
  fileName: '',
  fileSize: 0,
  percent: 0,
  queuePosition: null,
  stepIndex: 0,
  elapsed: 0,
  remaining: 0,
  toldMs: 0,
  result: null,
  processingTime: 0,
  error: null,
  canRetry: false,
}

/** One file, as people see it. Says nothing by itself: `show` is all that changes it. */
export class CardView {
  #kind = ''
  #name = el('strong', { class: 'name' })
  #about = el('span', { class: 'about' })
  #badge = el('span', { class: 'badge' })
  #body = el('div', { class: 'card-body' })
  #bar = el('progress', { max: 100 })
  #line = el('p', { class: 'line' })
  #number = el('span', { class: 'number' })
  /** @type {HTMLLIElement[]} */
  #steps = []

  /** @param {{ onCancel: () => void, onRetry: () => void, onHide: () => void }} actions */
  constructor({ onCancel, onRetry, onHide }) {
    this.cancel = el('button', { type: 'button', onclick: onCancel })
    this.retry = el('button', { type: 'button', class: 'primary', onclick: onRetry })
    this.hide = el('button', { type: 'button', class: 'quiet', onclick: onHide })
    const actions = el('div', { class: 'actions' }, this.cancel, this.retry, this.hide)
    const head = el('div', { class: 'card-head' }, el('div', {}, this.#name, this.#about), this.#badge, actions)
    this.root = el('li', { class: 'card panel', tabindex: -1 }, head, this.#body)
  }

  /**
   * @param {CardState} state
   * @param {boolean} [isAnew] write everything again, as in another language
   */
  show(state, isAnew = false) {
    if (state.kind !== this.#kind || isAnew) this.#rebuild(state)
    if (state.kind === 'uploading') this.#showPercent(state.percent)
    else if (state.kind === 'queued') this.#showPosition(state.queuePosition)
    else if (state.kind === 'processing') this.#showProgress(state)
  }

  /** @param {CardState} state */
  #rebuild(state) {
    const { kind, fileName: name, fileSize } = state
    const hadFocus = this.root.contains(document.activeElement)
    this.#kind = kind
    this.root.dataset.kind = kind
    this.#name.textContent = name
    const took = kind === 'success' ? ` · ${t('took', { time: seconds(state.processingTime) })}` : ''
    this.#about.textContent = `${bytes(fileSize)}${took}`
    this.#badge.textContent = kind === 'success' ? signsText(state.result?.detections.length ?? 0) : t(kind)
    const isOver = kind === 'success' || kind === 'failed' || kind === 'cancelled'
    this.#button(this.cancel, 'cancel', name, !isOver)
    this.#button(this.retry, 'retry', name, isOver && kind !== 'success' && state.canRetry)
    this.#button(this.hide, 'hide', name, isOver)
    this.#body.replaceChildren(...this.#content(state))
    // A pressed button that goes away must not take the keyboard's place on the page with it.
    if (hadFocus && !this.root.contains(document.activeElement)) this.root.focus()
    if (hadFocus && /** @type {HTMLElement} */ (document.activeElement).hidden) this.root.focus()
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {'cancel' | 'retry' | 'hide'} what
   * @param {string} name
   * @param {boolean} isShown
   */
  #button(button, what, name, isShown) {
    button.textContent = t(what)
    button.ariaLabel = t(`${what}Of`, { name })
    button.hidden = !isShown
  }

  /** @param {CardState} state */
  #content(state) {
    this.#bar.ariaLabel = t('progressOf', { name: state.fileName })
    const meter = el('div', { class: 'meter' }, this.#bar, this.#number)
    this.#number.textContent = ''
    this.#line.textContent = ''
    if (state.kind === 'success') return state.result === null ? [] : [resultView(state.result)]
    if (state.kind === 'cancelled') return [el('p', { class: 'note' }, t('cancelledHelp'))]
    if (state.kind === 'failed') return [failure(/** @type {ApiError} */ (state.error))]
    if (state.kind === 'processing') {
      this.#steps = STEPS.map((step) => el('li', {}, t(step)))
      return [el('ol', { class: 'steps', 'aria-label': t('steps') }, ...this.#steps), meter, this.#line]
    }
    this.#bar.removeAttribute('value')
    return state.kind === 'uploading' ? [meter] : [meter, this.#line]
  }

  /** @param {number} percent */
  #showPercent(percent) {
    this.#bar.value = percent
    this.#number.textContent = `${percent}%`
  }

  /** @param {number | null} position */
  #showPosition(position) {
    const ahead = (position ?? 1) - 1
    this.#line.textContent = ahead === 0 ? t('next') : t('position', { n: ahead })
  }

  /** @param {CardState} state */
  #showProgress({ percent, stepIndex, elapsed, remaining, toldMs }) {
    this.#showPercent(percent)
    for (const [i, item] of this.#steps.entries()) {
      const isCurrent = i + 1 === Math.max(1, stepIndex) && percent < 100
      item.dataset.step = isCurrent ? 'current' : i + 1 <= stepIndex ? 'done' : 'to-come'
      if (isCurrent) item.setAttribute('aria-current', 'step')
      else item.removeAttribute('aria-current')
    }
    // The server tells of steps; between two of them time goes on.
    const sinceS = (Date.now() - toldMs) / 1000
    const left = remaining - sinceS
    const values = { elapsed: seconds(elapsed + sinceS), remaining: seconds(Math.max(0, left)) }
    this.#line.textContent = t(left < -0.5 ? 'overdue' : 'times', values)
  }
}

/**
 * What happened, and what to do.
 * @param {ApiError} error
 */
function failure(error) {
  const code = el('code', {}, error.code)
  return el('div', { class: 'failure' }, el('p', {}, el('strong', {}, error.text)), el('p', {}, error.hint, ' ', code))
}
