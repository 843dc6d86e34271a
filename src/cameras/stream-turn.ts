import { AppError } from '../errors.ts'
import type { CameraStream, CameraStreams, StreamNews } from '../streams/camera-stream.ts'
import type { StreamSettings } from '../streams/messages.ts'

export type TurnSettings = Omit<StreamSettings, 'privateRanges' | 'limits'>

export interface Patience {
  /** Until the first picture. */
  connectMs: number
  /** From one picture to the next. */
  silenceMs: number
}

/** One process of a camera, from its start to its end; ended where it falls silent. */
export class StreamTurn {
  readonly #streams: CameraStreams
  readonly #settings: TurnSettings
  readonly #patience: Patience
  readonly #onNews: (news: StreamNews) => void
  #stream: CameraStream | null = null
  #silence: NodeJS.Timeout | undefined
  #frames = 0

  constructor(streams: CameraStreams, settings: TurnSettings, patience: Patience, onNews: (news: StreamNews) => void) {
    this.#streams = streams
    this.#settings = settings
    this.#patience = patience
    this.#onNews = onNews
  }

  get pid(): number | undefined {
    return this.#stream?.pid
  }

  /** Resolves when its process has gone, with why; null: it was asked to finish. */
  async run(signal: AbortSignal): Promise<Error | null> {
    const stop = () => void this.finish(null)
    this.#await(this.#patience.connectMs)
    try {
      return await new Promise((resolve) => {
        this.#stream = this.#streams.start(this.#settings, { onNews: (news) => this.#hear(news), onEnd: resolve })
        signal.addEventListener('abort', stop, { once: true })
        if (signal.aborted) stop()
      })
    } finally {
      clearTimeout(this.#silence)
      signal.removeEventListener('abort', stop)
    }
  }

  /** @param err why */
  async finish(err: Error | null): Promise<void> {
    clearTimeout(this.#silence)
    await this.#stream?.finish(err)
  }

  isOf({ model, expected }: StreamSettings['detector']): boolean {
    const own = this.#settings.detector
    return (
      own.model.dir === model.dir &&
      own.model.precision === model.precision &&
      own.expected.name === expected.name &&
      own.expected.version === expected.version
    )
  }

  #hear(news: StreamNews): void {
    const hasPictures = news.kind === 'figures' && news.figures.frames > this.#frames
    if (news.kind === 'figures') this.#frames = news.figures.frames
    if (hasPictures || news.kind === 'live') this.#await(this.#patience.silenceMs)
    this.#onNews(news)
  }

  #await(delayMs: number): void {
    clearTimeout(this.#silence)
    const err = () => new AppError('CAMERA_SILENT', { seconds: delayMs / 1000 })
    this.#silence = setTimeout(() => void this.finish(err()), delayMs)
  }
}
