import type { StreamMessage, StreamSettings } from './messages.ts'
import type { PeriodResult } from './period.ts'

export type StreamNews = Exclude<StreamMessage, { kind: 'finished' | 'refused' | 'failed' }>

export interface StreamListener {
  /** Everything but how it ends. In order. */
  onNews(news: StreamNews): void
  /** It sends pictures no more, whatever the reason; null: it was asked to finish. Called once, when its process has gone. */
  onEnd(err: Error | null): void
}

/** One camera that is being watched. */
export interface CameraStream {
  readonly pid: number | undefined
  /**
   * Asks for what is not told yet, then ends the process; at once where it does not answer. Resolves when it has gone.
   * @param err what its listener is told that it ended for
   */
  finish(err: Error | null): Promise<void>
}

/** Watches cameras, each in a process of its own. */
export interface CameraStreams {
  /**
   * The parts of a camera's URL: what is connected to, and what is secret. A host that cannot be looked up now may be later.
   * @throws CAMERA_URL_REFUSED
   */
  check(url: string): Promise<{ plainUrl: string; credentials: string | null }>
  /** What may be shown of a plain URL. */
  shownUrl(plainUrl: string): string
  start(settings: Omit<StreamSettings, 'privateRanges' | 'limits'>, listener: StreamListener): CameraStream
  /** What was saved in a period's folder; null where nothing was, or not the whole of it. */
  readPeriod(dir: string): Promise<PeriodResult | null>
  /** A sign of a period as it was seen best so far, WebP; null where there is no such picture. */
  readCrop(dir: string, trackId: number): Promise<Buffer | null>
}
