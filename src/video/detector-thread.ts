import { Worker } from 'node:worker_threads'
import type { ModelSource } from '../analysis/analyzer.ts'
import type { Detection, DetectionMode, ModelIdentity } from '../contract/index.ts'

export interface DetectorSettings {
  model: ModelSource
  /** What the directory is to hold. */
  expected: ModelIdentity
}

export interface DetectorRequest {
  id: number
  /** RGB, row-major; may be longer than the picture. */
  pixels: SharedArrayBuffer
  width: number
  height: number
  mode: DetectionMode
  confidenceThreshold: number
}

/** Id 0 tells how loading went. */
export type DetectorReply = { id: number; detections: Detection[] } | { id: number; error: string }

/** The model, in a thread of its own. One picture at a time. */
export class DetectorThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, { resolve: (found: Detection[]) => void; reject: (err: Error) => void }>()
  #lastId = 0

  private constructor(settings: DetectorSettings) {
    this.#worker = new Worker(new URL('./detector-worker.js', import.meta.url), { workerData: settings })
    this.#worker.on('message', (reply: DetectorReply) => this.#receive(reply))
    this.#worker.on('error', (err) => this.#failAll(err))
    this.#worker.unref()
  }

  /** @throws Error saying why the model cannot be loaded */
  static async start(settings: DetectorSettings): Promise<DetectorThread> {
    const thread = new DetectorThread(settings)
    await thread.#answerTo(0)
    return thread
  }

  /** @param pixels are read until this settles. */
  detect(request: Omit<DetectorRequest, 'id'>): Promise<Detection[]> {
    const id = ++this.#lastId
    const answer = this.#answerTo(id)
    this.#worker.postMessage({ id, ...request } satisfies DetectorRequest)
    return answer
  }

  #answerTo(id: number): Promise<Detection[]> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #receive(reply: DetectorReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if ('error' in reply) waiting?.reject(new Error(reply.error))
    else waiting?.resolve(reply.detections)
  }

  #failAll(err: Error): void {
    for (const { reject } of this.#waiting.values()) reject(err)
    this.#waiting.clear()
  }
}
