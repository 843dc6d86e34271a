import { readFile } from 'node:fs/promises'
import type { FrameAnalysis, FrameJob } from '../../src/analysis/analyzer.ts'
import { frameMessage } from '../../src/client/frame-message.ts'
import type { Detection, DetectionProgress, RealtimeTerms } from '../../src/contract/index.ts'
import { ScriptedAnalyzer, stopSign } from './analyzers.ts'
import { fixture, type Listener } from './app.ts'

/** What a frame shows; as `street` in the frames of these tests. */
export const frameOf = (detections: Detection[] = [stopSign], width = 64, height = 48): FrameAnalysis => {
  return { width, height, detections, model: { name: 'scripted', version: '1', precision: 'fp32' } }
}

/** Answers each frame when the test says so. */
export class GatedAnalyzer extends ScriptedAnalyzer {
  readonly seen: Buffer[] = []
  #onSeen: Array<() => void> = []
  #gates: Array<(analysis: FrameAnalysis | Error) => void> = []

  override seeFrame = (job: FrameJob): Promise<FrameAnalysis> => {
    this.seen.push(Buffer.from(job.bytes))
    for (const told of this.#onSeen.splice(0)) told()
    return new Promise((resolve, reject) => {
      this.#gates.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)))
    })
  }

  /** Resolves when so many frames are, or were, at work. */
  async untilSeen(count: number): Promise<void> {
    while (this.seen.length < count) await new Promise<void>((resolve) => this.#onSeen.push(resolve))
  }

  /** Lets the frame that is at work the longest end. */
  release(outcome: FrameAnalysis | Error = frameOf()): void {
    this.#gates.shift()?.(outcome)
  }
}

/** A camera session over a test's socket. */
export class TestCamera {
  readonly client: Listener
  readonly taskId: string
  readonly terms: RealtimeTerms
  #lastId = 0
  readonly #startedAt = Date.now()

  constructor(client: Listener, taskId: string, terms: RealtimeTerms) {
    this.client = client
    this.taskId = taskId
    this.terms = terms
  }

  /** Over another socket. */
  over(client: Listener): TestCamera {
    const camera = new TestCamera(client, this.taskId, this.terms)
    camera.#lastId = this.#lastId
    return camera
  }

  /** As ten frames a second would be taken. @returns the frame's number */
  send(picture: Uint8Array = Buffer.from('picture'), capturedAt?: number): number {
    const frameId = ++this.#lastId
    const time = capturedAt ?? this.#startedAt + frameId * 100
    this.client.socket.send(frameMessage(this.terms.session, { frameId, capturedAt: time }, picture))
    return frameId
  }

  async answerTo(frameId: number): Promise<DetectionProgress> {
    return (await this.client.until('detection_progress', ({ data }) => data.frame_id === frameId)).data
  }

  async look(picture?: Uint8Array, capturedAt?: number): Promise<DetectionProgress> {
    return this.answerTo(this.send(picture, capturedAt))
  }

  async refusalOf(frameId: number) {
    return (await this.client.until('error', ({ data }) => (data.details as Json).frame_id === frameId)).data
  }

  async stop(): Promise<number> {
    const { data } = await this.client.command('stop_detection', { task_id: this.taskId })
    return (data as { record_id: number }).record_id
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what a server says is what is tested.
type Json = any

export async function startCamera(client: Listener, options: object = {}): Promise<TestCamera> {
  const { status, data } = await client.command('start_detection', { detection_type: 'realtime', options })
  if (status !== 'success') throw new Error(JSON.stringify(data))
  const { task_id, realtime } = data as { task_id: string; realtime: RealtimeTerms }
  return new TestCamera(client, task_id, realtime)
}

export const street = (name = 'street-small.jpg') => readFile(fixture(name))
