import { ApiError, asApiError, call, upload } from './api.js'
import { CardView, emptyState } from './card-view.js'
import { bytes } from './format.js'
import { signsText } from './result.js'
import { t } from './texts.js'

/** @import { Record as StoredRecord, ServerMessage, Task } from '../../contract/index.ts' */
/** @import { CardState } from './card-view.js' */
/** @import { Result } from './result.js' */

/**
 * @typedef {object} CardOptions
 * @property {File | null} file null: a task that was begun elsewhere
 * @property {Record<string, string>} fields options of the detection
 * @property {string} name
 * @property {number} size bytes
 * @property {(text: string) => void} announce
 * @property {(card: Card) => void} onTask it has become a task, or another one
 * @property {() => void} onPending it waits to be uploaded
 * @property {() => void} onSuccess
 * @property {(card: Card) => void} onHide
 */

/** One file on its way from choice to signs. */
export class Card {
  /** @type {string | null} */
  taskId = null
  #giveUp = new AbortController()
  #options

  /** @param {CardOptions} options */
  constructor(options) {
    this.#options = options
    /** @type {CardState} */
    this.state = { ...emptyState, fileName: options.name, fileSize: options.size }
    this.view = new CardView({
      onCancel: () => void this.#cancel(),
      onRetry: () => void this.#retry(),
      onHide: () => options.onHide(this),
    })
    this.view.show(this.state)
  }

  get isUnderWay() {
    return this.taskId !== null && (this.state.kind === 'queued' || this.state.kind === 'processing')
  }

  /** @param {number} maxBytes */
  async upload(maxBytes) {
    const file = /** @type {File} */ (this.#options.file)
    const { signal } = this.#giveUp
    this.#set({ kind: 'uploading', percent: 0 })
    try {
      if (file.size > maxBytes) throw tooLarge(maxBytes)
      const onProgress = (/** @type {number} */ share) => this.#set({ percent: Math.floor(share * 100) })
      const started = await upload(file, this.#options.fields, onProgress, signal)
      this.#set({ kind: 'queued', queuePosition: started.queue_position })
      this.become(started.task_id)
    } catch (err) {
      if (signal.aborted) this.#set({ kind: 'cancelled', canRetry: true })
      else this.#fail(asApiError(err))
    }
  }

  /** @param {string} taskId */
  become(taskId) {
    this.taskId = taskId
    this.#options.onTask(this)
  }

  /** @param {ServerMessage} message one of this card's task */
  apply(message) {
    if (!this.isUnderWay) return
    const toldMs = Date.now()
    if (message.type === 'detection_start') {
      const remaining = message.data.estimated_time
      this.#set({ kind: 'processing', stepIndex: 0, percent: 0, elapsed: 0, remaining, toldMs })
    } else if (message.type === 'detection_progress') {
      const { progress: percent, current_step_index: stepIndex, elapsed_time: elapsed, remaining_time } = message.data
      if (stepIndex !== this.state.stepIndex) this.#sayStep(stepIndex)
      this.#set({ kind: 'processing', percent, stepIndex, elapsed, remaining: remaining_time, toldMs })
    } else if (message.type === 'detection_complete') {
      const { processing_time, results } = message.data
      const { detections, result_image_url: pictureUrl, width, height } = results
      this.#succeed({ detections, pictureUrl, width, height }, processing_time)
    } else if (message.type === 'detection_error') {
      const { error_code: code, error_message: zh, error_message_en: en, retry_available: canRetry } = message.data
      this.#fail(new ApiError({ code, zh, en, canRetry }))
    }
  }

  /**
   * What the server says of the task when asked.
   * @param {Task} task
   */
  async showTask(task) {
    const { status, progress: percent, current_step_index: stepIndex, queue_position: queuePosition } = task
    // The answer may have been overtaken by what the events said since.
    const isAhead = this.state.kind === 'processing'
    if (status === 'queued' && isAhead) return
    if (status === 'queued') this.#set({ kind: 'queued', queuePosition })
    else if (status === 'processing') {
      const { elapsed_time: elapsed, remaining_time: remaining, estimated_time } = task
      const times = { elapsed: elapsed ?? 0, remaining: remaining ?? estimated_time, toldMs: Date.now() }
      if (!isAhead || percent >= this.state.percent) this.#set({ kind: 'processing', percent, stepIndex, ...times })
    } else if (status === 'success') {
      const record = await call('GET', `/api/detections/${task.record_id}`).catch(asApiError)
      if (record instanceof ApiError) this.#fail(record)
      else this.#succeed(pictureOf(record), record.processing_time)
    } else {
      const text = task.error_message ?? ''
      const code = task.error_code ?? 'INTERNAL'
      this.#fail(new ApiError({ code, zh: text, en: text, canRetry: task.retry_available }))
    }
  }

  /** @param {boolean} [isAnew] */
  show(isAnew) {
    this.view.show(this.state, isAnew)
  }

  async #cancel() {
    this.#giveUp.abort()
    if (this.taskId === null) return this.#set({ kind: 'cancelled', canRetry: true })
    // Its end comes as an event. One that has ended already is no mistake.
    const err = await call('POST', `/api/tasks/${this.taskId}/cancel`).catch(asApiError)
    if (err instanceof ApiError && err.code !== 'TASK_FINISHED') this.#options.announce(err.text)
  }

  /** The server has the file already, or has to get it (again). */
  async #retry() {
    this.#giveUp = new AbortController()
    if (this.taskId === null) {
      this.#set({ ...emptyState, kind: 'pending' })
      return this.#options.onPending()
    }
    const task = await call('POST', `/api/tasks/${this.taskId}/retry`).catch(asApiError)
    if (task instanceof ApiError) return this.#fail(task)
    this.#set({ ...emptyState, kind: 'queued', queuePosition: task.queue_position })
    this.become(task.task_id)
  }

  /**
   * @param {Pick<Result, 'detections' | 'pictureUrl' | 'sourceUrl' | 'width' | 'height'>} picture
   * @param {number} processingTime seconds
   */
  #succeed(picture, processingTime) {
    const { fileName } = this.state
    const threshold = Number(this.#options.fields.confidence_threshold ?? 0.5)
    this.#set({ kind: 'success', processingTime, result: { fileName, threshold, ...picture } })
    this.#options.announce(t('finished', { name: fileName, signs: signsText(picture.detections.length) }))
    this.#options.onSuccess()
  }

  /** @param {ApiError} error */
  #fail(error) {
    const kind = error.code === 'TASK_CANCELLED' ? 'cancelled' : 'failed'
    this.#set({ kind, error, canRetry: error.canRetry })
    this.#options.announce(t('finished', { name: this.state.fileName, signs: error.text || t(kind) }))
  }

  /** @param {number} index counts from 1 */
  #sayStep(index) {
    if (index < 1 || index > 4) return
    const step = t(/** @type {import('./texts.js').TextKey} */ (`step${index}`))
    this.#options.announce(t('finished', { name: this.state.fileName, signs: step }))
  }

  /** @param {Partial<CardState>} change */
  #set(change) {
    const { fileName, fileSize } = this.state
    this.state = { ...this.state, ...change, fileName, fileSize }
    this.view.show(this.state)
  }
}

/** @param {StoredRecord} record */
export function pictureOf({ detections, result_image_url, source_image_url, width, height }) {
  return { detections, pictureUrl: result_image_url, sourceUrl: source_image_url, width, height }
}

/** @param {number} maxBytes */
function tooLarge(maxBytes) {
  const text = t('error_UPLOAD_TOO_LARGE', { max: bytes(maxBytes) })
  return new ApiError({ code: 'UPLOAD_TOO_LARGE', zh: text, en: text, canRetry: false })
}
