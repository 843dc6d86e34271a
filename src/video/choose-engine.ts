import { AppError } from '../errors.ts'
import { openFfmpegEngine } from './ffmpeg/ffmpeg-engine.ts'
import { openAvEngine } from './node-av/av-engine.ts'
import type { VideoEngine } from './video-engine.ts'

/** Which FFmpeg reads videos. */
export interface EngineChoice {
  /** auto: node-av where it is installed, else ffmpeg. */
  kind: 'auto' | 'node-av' | 'ffmpeg'
  /** Where the programs of ffmpeg are looked for: folders, as PATH has them. */
  searchPath: string
}

/** @throws AppError VIDEO_UNAVAILABLE where there is none */
export async function chooseEngine({ kind, searchPath }: EngineChoice, openAv = openAvEngine): Promise<VideoEngine> {
  if (kind === 'ffmpeg') return openFfmpegEngine(searchPath)
  try {
    return await openAv()
  } catch (err) {
    const isMissing = err instanceof AppError && err.code === 'VIDEO_UNAVAILABLE'
    if (kind === 'node-av' || !isMissing) throw err
    return openFfmpegEngine(searchPath)
  }
}
