import { readPictureHeader } from '../detection/decode-picture.ts'
import type { VideoAnalyzer } from './video-analyzer.ts'
import { readVideoType } from './video-type.ts'

/** What is kept of a file that was sent, with the seconds that a video lasts, as far as it says. */
export interface MediaHeader {
  mediaType: string
  extension: string
  width: number
  height: number
  durationS?: number | null
}

/**
 * Reads the header of a picture here, and that of a video where it can do no harm.
 * @throws AppError as readPictureHeader and VideoAnalyzer.probe do
 */
export async function readMediaHeader(
  path: string,
  fileName: string,
  { videos, maxPixels }: { videos: Pick<VideoAnalyzer, 'probe'>; maxPixels: number },
): Promise<MediaHeader> {
  if ((await readVideoType(path)) === null) return readPictureHeader(path, fileName, { maxPixels })
  const { mediaType, extension, width, height, durationS } = await videos.probe(path, fileName)
  return { mediaType, extension, width, height, durationS }
}
