import { type HzClient, HzError } from '../../../client/index.ts'
import type { DetectionOptions, DetectionStart, StartedTasks, Task, Upload } from '../../../contract/index.ts'
import { type Card, canRetry, type DetectOptions, isUnderWay, type Phase } from './card.ts'
import { isVideo } from './files-of-drop.ts'
import { rememberedTasks, rememberTasks } from './remembered-tasks.ts'
import { rememberedVideos, rememberVideos } from './remembered-videos.ts'
import { startVideo } from './start-video.ts'
import { begun, courseAfter, courseOf, endedBy, failedBy, phaseOf, type TaskMessage } from './task-news.ts'

const UPLOADS_AT_ONCE = 2
/** Nobody tells when the queue moves on, so it is asked for; so is everything while there is no live connection. */
const ASK_INTERVAL_MS = 2000
/** Where the server does not say when to come back to its full queue. */
const HOLD_MS = 3000

/**
 * The files that are on their way through detection, or have come out of it. Belongs to the browser window and not to
 * a page: going elsewhere and coming back changes nothing, and a reload finds its tasks again.
 */
export class DetectionBatch {
  readonly #client: HzClient
  readonly #listeners = new Set<() => void>()
  readonly #uploads = new Map<string, AbortController>()
  /** Videos that the server has, and that wait for room in its queue. */
  readonly #arrived = new Map<string, Upload>()
  readonly #rememberedVideos = rememberedVideos()
  #cards: readonly Card[] = []
  #added = 0
  #heldUntilMs = 0
  #askTimer: ReturnType<typeof setInterval> | null = null
  #isRestored = false
  #isTelling = false
  #isAsking = false

  constructor(client: HzClient) {
    this.#client = client
    const { socket } = client
    for (const type of ['detection_start', 'detection_progress', 'detection_complete', 'detection_error'] as const) {
      socket.on(type, (message) => this.#hear(message))
    }
    socket.on('snapshot', ({ data }) => this.#showTasks(data.tasks))
    socket.on('reset', () => void this.#askAgain().catch(() => {}))
    addEventListener('pagehide', () => rememberVideos(this.#cards))
  }

  get cards(): readonly Card[] {
    return this.#cards
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Finds the tasks again that this window showed before it was reloaded, and those that still run anywhere; once. */
  restore(): void {
    if (this.#isRestored) return
    this.#isRestored = true
    this.#findTasks().catch(() => {
      this.#isRestored = false
    })
  }

  async #findTasks(): Promise<void> {
    const unfinished = await this.#client.call('GET /api/tasks', { query: { unfinished: true, limit: 200 } })
    const known = new Set(unfinished.items.map(({ task_id }) => task_id))
    const ended = await Promise.allSettled(
      rememberedTasks()
        .filter((id) => !known.has(id))
        .map((id) => this.#client.call('GET /api/tasks/:task_id', { params: { task_id: id } })),
    )
    const tasks = ended.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    this.#showTasks([...tasks, ...unfinished.items].sort((a, b) => (a.queued_at < b.queued_at ? -1 : 1)))
  }

  add(files: readonly File[], options: DetectOptions): void {
    const added = files.map((file): Card => {
      const { name: fileName, size: fileSize } = file
      const phase = { kind: 'waiting', isHeld: false } as const
      const video = courseOf(isVideo(file) ? 'video' : 'image')
      return { key: `file-${++this.#added}`, fileName, fileSize, file, options, taskId: null, phase, video }
    })
    this.#setCards([...added, ...this.#cards])
    this.#uploadNext()
  }

  async cancel(key: string): Promise<void> {
    const card = this.#find(key)
    if (card === undefined || !isUnderWay(card)) return
    this.#uploads.get(key)?.abort()
    if (card.taskId === null) return this.#setPhase(key, { kind: 'cancelled', canRetry: true })
    try {
      // Its end comes as an event, too.
      this.#showTask(await this.#client.call('POST /api/tasks/:task_id/cancel', { params: { task_id: card.taskId } }))
    } catch (err) {
      if (!(err instanceof HzError && err.code === 'TASK_FINISHED')) throw err
    }
  }

  /** The server has the file already, or has to get it (again). */
  async retry(key: string): Promise<void> {
    const card = this.#find(key)
    if (card === undefined || !canRetry(card)) return
    if (card.taskId === null) {
      this.#setPhase(key, { kind: 'waiting', isHeld: false })
      return this.#uploadNext()
    }
    try {
      const task = await this.#client.call('POST /api/tasks/:task_id/retry', { params: { task_id: card.taskId } })
      this.#become(key, task)
    } catch (err) {
      this.#setPhase(key, failedBy(err))
    }
  }

  async cancelAll(): Promise<void> {
    await Promise.allSettled(this.#cards.filter(isUnderWay).map(({ key }) => this.cancel(key)))
  }

  async retryAll(): Promise<void> {
    for (const { key } of this.#cards.filter(canRetry)) await this.retry(key)
  }

  /** Takes a card away; its task and record stay. */
  dismiss(key: string): void {
    this.#setCards(this.#cards.filter((card) => card.key !== key))
  }

  dismissEnded(): void {
    this.#setCards(this.#cards.filter(isUnderWay))
  }

  /** Nothing of one user is left for the next. */
  clear(): void {
    for (const upload of this.#uploads.values()) upload.abort()
    this.#arrived.clear()
    this.#rememberedVideos.clear()
    this.#isRestored = false
    this.#setCards([])
  }

  #uploadNext(): void {
    if (Date.now() < this.#heldUntilMs) return
    // The cards of one choice are uploaded in the order in which they were chosen.
    const waiting = this.#cards.filter(({ phase, file }) => phase.kind === 'waiting' && file !== null)
    for (const card of waiting.slice(0, UPLOADS_AT_ONCE - this.#uploads.size)) void this.#upload(card)
  }

  async #upload(card: Card): Promise<void> {
    const { key } = card
    const giveUp = new AbortController()
    this.#uploads.set(key, giveUp)
    this.#setPhase(key, { kind: 'uploading', share: 0 })
    try {
      const task = await this.#start(card, giveUp.signal)
      this.#arrived.delete(key)
      if (task !== undefined) this.#become(key, task)
    } catch (err) {
      if (giveUp.signal.aborted) this.#setPhase(key, { kind: 'cancelled', canRetry: true })
      else if (err instanceof HzError && err.code === 'QUEUE_FULL') this.#hold(key, err)
      else this.#setPhase(key, failedBy(err))
    } finally {
      this.#uploads.delete(key)
      this.#uploadNext()
    }
  }

  async #start(
    { key, file, options, video }: Card,
    signal: AbortSignal,
  ): Promise<Pick<StartedTasks['tasks'][number], 'task_id' | 'queue_position'> | undefined> {
    const onProgress = (share: number) => {
      if (!signal.aborted) this.#setPhase(key, { kind: 'uploading', share })
    }
    const fields = fieldsOf(options, video !== null)
    if (video === null) return (await this.#client.upload([file as File], fields, { signal, onProgress })).tasks[0]
    const onArrived = (upload: Upload) => {
      this.#arrived.set(key, upload)
      this.#change(key, { video: { ...video, durationS: upload.duration } })
    }
    const arrived = this.#arrived.get(key)
    return startVideo(this.#client, file as File, fields, { signal, onProgress, onArrived, arrived })
  }

  /** The card is the task's from now on. */
  #become(key: string, { task_id: taskId, queue_position: position }: Pick<Task, 'task_id' | 'queue_position'>): void {
    // Events of the task may have come before the answer: then it has a card already, made as if begun elsewhere.
    const early = this.#cards.find((card) => card.taskId === taskId)
    if (early !== undefined) this.dismiss(early.key)
    const own = this.#find(key)?.video ?? null
    const video = own === null ? null : { ...own, ...early?.video, durationS: own.durationS }
    this.#change(key, { taskId, phase: early?.phase ?? { kind: 'queued', position }, video })
  }

  /** A full queue is nobody's mistake: the upload waits, and goes on by itself. */
  #hold(key: string, { retryAfterS }: HzError): void {
    const holdMs = retryAfterS === null ? HOLD_MS : retryAfterS * 1000
    this.#setPhase(key, { kind: 'waiting', isHeld: true })
    this.#heldUntilMs = Date.now() + holdMs
    setTimeout(() => this.#uploadNext(), holdMs + 10)
  }

  #hear(message: TaskMessage): void {
    const { task_id: taskId } = message.data
    const card = this.#cards.find((other) => other.taskId === taskId)
    if (card === undefined) {
      // Begun in another tab, or by a program of this user's.
      if (message.type === 'detection_start' && message.snapshot !== true) this.#addTask(message.data)
      return
    }
    if (!isUnderWay(card)) return
    if (card.video !== null) this.#change(card.key, { video: courseAfter(card.video, message) })
    if (message.type === 'detection_complete') return void this.#showRecord(taskId, message.data.record_id)
    this.#setPhase(card.key, phaseOf(message))
  }

  /** A live camera has a page of its own. */
  #addTask(task: DetectionStart): void {
    if (task.detection_type === 'realtime') return
    this.#setCards([this.#cardOf(task, { kind: 'processing', progress: begun(0) }), ...this.#cards])
  }

  #cardOf(task: Pick<Task, 'task_id' | 'file_name' | 'file_size' | 'detection_type'>, phase: Phase): Card {
    const { task_id: taskId, file_name: fileName, file_size: fileSize, detection_type: type } = task
    const video = courseOf(type, this.#rememberedVideos.get(taskId))
    return { key: taskId, fileName, fileSize, file: null, options: null, taskId, phase, video }
  }

  #showTasks(tasks: readonly Task[]): void {
    const added = tasks
      .filter(({ task_id, detection_type: type }) => type !== 'realtime' && !this.#hasCard(task_id))
      .map((task) => this.#cardOf(task, { kind: 'queued', position: null }))
    if (added.length > 0) this.#setCards([...added.toReversed(), ...this.#cards])
    for (const task of tasks) this.#showTask(task)
  }

  /** What the server says of a task when asked; events may have said more since. */
  #showTask(task: Task): void {
    const card = this.#cards.find(({ taskId }) => taskId === task.task_id)
    if (card === undefined || !isUnderWay(card)) return
    const { phase } = card
    if (task.status === 'success' && task.record_id !== null) void this.#showRecord(task.task_id, task.record_id)
    else if (task.status === 'queued' && phase.kind !== 'processing') {
      this.#setPhase(card.key, { kind: 'queued', position: task.queue_position })
    } else if (task.status === 'processing') {
      if (phase.kind === 'processing' && phase.progress.percent > task.progress) return
      const { progress: percent, current_step_index: stepIndex, elapsed_time, remaining_time, estimated_time } = task
      const times = { elapsed: elapsed_time ?? 0, remaining: remaining_time ?? estimated_time, toldMs: Date.now() }
      this.#setPhase(card.key, { kind: 'processing', progress: { percent, stepIndex, ...times } })
    } else if (task.status === 'failed' || task.status === 'cancelled') {
      const { error_code, error_message, retry_available } = task
      const text = error_message ?? ''
      this.#setPhase(card.key, endedBy(error_code ?? 'INTERNAL', text, text, retry_available))
    }
  }

  /** By the task: while the record is on its way, its card may be exchanged for another one. */
  async #showRecord(taskId: string, recordId: number): Promise<void> {
    const show = (phase: Phase) => {
      const card = this.#cards.find((other) => other.taskId === taskId)
      if (card !== undefined) this.#setPhase(card.key, phase)
    }
    try {
      const record = await this.#client.call('GET /api/detections/:record_id', { params: { record_id: recordId } })
      show({ kind: 'success', record })
    } catch (err) {
      // The result is there, only the way to it is not.
      if (err instanceof HzError && err.canRetry)
        setTimeout(() => void this.#showRecord(taskId, recordId), ASK_INTERVAL_MS)
      else show(failedBy(err))
    }
  }

  /** Whatever was missed is found out by asking: for all that run in one request, and for each that no longer does. */
  async #askAgain(): Promise<void> {
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      const { items } = await this.#client.call('GET /api/tasks', { query: { unfinished: true, limit: 200 } })
      for (const task of items) this.#showTask(task)
      const running = new Set(items.map(({ task_id }) => task_id))
      for (const { taskId, ...card } of this.#cards) {
        if (taskId === null || running.has(taskId) || !isUnderWay({ taskId, ...card })) continue
        this.#showTask(await this.#client.call('GET /api/tasks/:task_id', { params: { task_id: taskId } }))
      }
    } finally {
      this.#isAsking = false
    }
  }

  async #ask(): Promise<void> {
    if (this.#client.socket.state.kind !== 'connected') return this.#askAgain()
    if (!this.#cards.some(({ phase }) => phase.kind === 'queued')) return
    const { tasks } = await this.#client.socket.command('get_status')
    for (const task of tasks) if (task.status === 'queued') this.#showTask(task)
  }

  #hasCard(taskId: string): boolean {
    return this.#cards.some((card) => card.taskId === taskId)
  }

  #find(key: string): Card | undefined {
    return this.#cards.find((card) => card.key === key)
  }

  #setPhase(key: string, phase: Phase): void {
    this.#change(key, { phase })
  }

  #change(key: string, change: Partial<Card>): void {
    this.#setCards(this.#cards.map((card) => (card.key === key ? { ...card, ...change } : card)))
  }

  #setCards(cards: readonly Card[]): void {
    this.#cards = cards
    if (cards.some((card) => isUnderWay(card) && card.taskId !== null)) {
      this.#askTimer ??= setInterval(() => this.#ask().catch(() => {}), ASK_INTERVAL_MS)
    } else if (this.#askTimer !== null) {
      clearInterval(this.#askTimer)
      this.#askTimer = null
    }
    this.#tell()
  }

  /** Once for each picture of the screen: fifty photos tell more than anybody can see. */
  #tell(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    requestAnimationFrame(() => {
      this.#isTelling = false
      rememberTasks(this.#cards.flatMap(({ taskId }) => taskId ?? []))
      for (const tell of this.#listeners) tell()
    })
  }
}

function fieldsOf(options: DetectOptions | null, isOfVideo: boolean): DetectionOptions {
  if (options === null) return {}
  const { mode, videoMode, frameRate, confidenceThreshold, savesResult } = options
  const kept = { confidence_threshold: confidenceThreshold, save_result: savesResult }
  if (!isOfVideo) return { ...kept, mode }
  return { ...kept, mode: videoMode, ...(frameRate !== null && { frame_rate: frameRate }) }
}
