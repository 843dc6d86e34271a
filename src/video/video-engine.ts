import type { Detection } from '../contract/index.ts'
import type { YuvPicture } from '../drawing/yuv-picture.ts'
import type { VideoType } from './video-type.ts'

export interface VideoLimits {
  /** Of one picture. */
  maxPixels: number
  maxSeconds: number
}

/** What the header of a video says; a header may lie. */
export interface VideoHeader extends VideoType {
  /** Pixels of the upright picture. */
  width: number
  height: number
  /** Seconds; null where the header does not say. */
  durationS: number | null
  /** Pictures a second, on average; null where the header does not say. */
  frameRate: number | null
  /** Clockwise quarter turns that make the picture upright. */
  quarterTurns: 0 | 1 | 2 | 3
  codec: string
}

/** One picture of a video: upright, 8 bits, yuv420p, as large as the header says. To be freed. */
export interface VideoPicture extends YuvPicture {
  /** Writes it as RGB, row-major, to the start of `target`. */
  toRgb(target: Buffer): Promise<void>
  free(): void
}

export interface VideoFrame {
  frame: VideoPicture
  /** Seconds since the video's beginning, from its time stamp. */
  timeS: number
}

/** How far a reader has got. */
export interface ReadingCounts {
  /** Pictures that were decoded. */
  frames: number
  /** Packets that could not be decoded. */
  failed: number
  /** Whether the file ended well before its header's duration: by more than half a second and 2 %. */
  isCutShort: boolean
  lastTimeS: number
}

/** Decodes the pictures of a video in the order in which they are shown. */
export interface VideoReader {
  readonly counts: ReadingCounts

  /**
   * @param fromS pictures before it are passed over.
   * @param onPassedOver is called for each of those that were decoded all the same: a file may have to be read from its beginning.
   * @throws AppError VIDEO_CODEC_UNSUPPORTED, VIDEO_TOO_LARGE, VIDEO_TOO_LONG; VIDEO_UNREADABLE and VIDEO_WITHOUT_PICTURES where
   * not one picture can be decoded. What is damaged later is counted and passed over.
   */
  frames(fromS?: number, onPassedOver?: () => void): AsyncGenerator<VideoFrame>
}

/** @param timeS seconds up to which pictures are joined. */
export type OnJoined = (timeS: number) => void

export interface OpenVideo extends AsyncDisposable {
  readonly header: VideoHeader

  /** Once: pictures that have been read do not come again. */
  read(): VideoReader

  /**
   * Joins drawn pieces to one mp4 that starts to play before it is loaded (`faststart`), with the sound of this video, of which
   * nothing has been read. The pictures are not encoded again.
   */
  joinSegments(segmentPaths: string[], path: string, onJoined: OnJoined): Promise<void>
}

/** Draws and encodes pictures into one piece of a video, with the time stamps of the whole. */
export interface SegmentWriter {
  /** Takes the picture over. Pictures that follow too soon upon another are left out. */
  write(frame: VideoPicture, timeS: number, detections: Detection[]): Promise<void>

  /** Makes the piece whole. */
  close(): Promise<void>
}

/** What decodes and encodes: FFmpeg, in one way or another. Only for processes that may die of a hostile file. */
export interface VideoEngine {
  /** Also of its version, where that is not ours: pieces of different engines are not joined. */
  readonly name: string

  /**
   * Opens a file with the one demuxer that its bytes name, which may read that file and nothing else.
   * @throws AppError UNSUPPORTED_MEDIA, VIDEO_UNREADABLE, VIDEO_WITHOUT_PICTURES, VIDEO_CODEC_UNSUPPORTED, VIDEO_TOO_LARGE,
   * VIDEO_TOO_LONG
   */
  open(path: string, fileName: string, limits: VideoLimits): Promise<OpenVideo>

  /** @param path where the piece lies once it is whole. */
  openSegment(path: string, source: { width: number; height: number; frameRate: number }): Promise<SegmentWriter>
}
