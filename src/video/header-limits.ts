import { AppError } from '../errors.ts'
import type { VideoHeader, VideoLimits } from './video-engine.ts'

/** More than any camera writes: a file with thousands would cost memory for each. */
export const MAX_STREAMS = 32

/** @throws AppError VIDEO_TOO_LARGE */
export function refuseLarger(
  { maxPixels }: VideoLimits,
  { width, height }: { width: number; height: number },
  fileName: string,
): void {
  if (width * height <= maxPixels) return
  throw new AppError('VIDEO_TOO_LARGE', { file_name: fileName, width, height, max_pixels: maxPixels })
}

/** @throws AppError VIDEO_TOO_LARGE, VIDEO_TOO_LONG */
export function refuseBeyond(limits: VideoLimits, header: VideoHeader, fileName: string): void {
  refuseLarger(limits, header, fileName)
  if ((header.durationS ?? 0) > limits.maxSeconds) {
    throw new AppError('VIDEO_TOO_LONG', { file_name: fileName, max_seconds: limits.maxSeconds })
  }
}
