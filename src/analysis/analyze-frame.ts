import sharp from 'sharp'
import type { BoundingBox } from '../contract/index.ts'
import { decodePicture } from '../detection/decode-picture.ts'
import { pictureTypeOf, signatureBytes } from '../detection/picture-type.ts'
import type { SignDetector } from '../detection/sign-detector.ts'
import { drawDetections, encodeResult, encodeThumbnail } from '../drawing/draw-detections.ts'
import { AppError } from '../errors.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { AnalysedBy, FrameAnalysis, FrameJob, FramePicturesJob } from './analyzer.ts'

/** Of a crop, on each side, as a share of the sign's longer side: what it hangs on helps to recognise it. */
const CROP_MARGIN = 0.2
const MAX_CROP_SIDE = 256

/** Finds the signs in one frame of a live camera. */
export async function analyzeFrame(
  { detector, model }: { detector: SignDetector; model: AnalysedBy },
  { bytes, maxPixels, mode, confidenceThreshold }: FrameJob,
): Promise<FrameAnalysis> {
  const picture = await decodeFrame(bytes, maxPixels)
  const detections = await detector.detect(picture, { mode, confidenceThreshold })
  return { width: picture.width, height: picture.height, detections, model }
}

/** Draws on a frame that was analysed before, and cuts signs out of it before that. */
export async function drawFrame(job: FramePicturesJob): Promise<null> {
  const picture = await decodeFrame(job.bytes, job.maxPixels)
  for (const { bbox, path } of job.crops) await encodeCrop(picture, bbox, path)
  if (job.resultPath === null && job.thumbnailPath === null) return null
  await drawDetections(picture, job.detections)
  if (job.resultPath !== null) await encodeResult(picture, job.resultPath)
  if (job.thumbnailPath !== null) await encodeThumbnail(picture, job.thumbnailPath)
  return null
}

async function decodeFrame(bytes: Uint8Array, maxPixels: number): Promise<RawPicture> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const type = pictureTypeOf(buffer.subarray(0, signatureBytes))?.mediaType
  if (type !== 'image/jpeg' && type !== 'image/webp') throw new AppError('FRAME_UNREADABLE')
  try {
    return await decodePicture(buffer, '', { maxPixels })
  } catch (err) {
    throw frameError(err)
  }
}

function frameError(err: unknown): unknown {
  if (!(err instanceof AppError)) return err
  const { width, height, max_pixels } = err.details
  if (err.code === 'IMAGE_TOO_LARGE') return new AppError('FRAME_TOO_LARGE', { width, height, max_pixels })
  return err.code === 'IMAGE_UNREADABLE' ? new AppError('FRAME_UNREADABLE', {}, { cause: err }) : err
}

async function encodeCrop({ data, width, height }: RawPicture, bbox: BoundingBox, path: string): Promise<void> {
  const [x1, y1, x2, y2] = bbox
  const margin = Math.round(Math.max(x2 - x1, y2 - y1) * CROP_MARGIN)
  const left = Math.min(width - 1, Math.max(0, x1 - margin))
  const top = Math.min(height - 1, Math.max(0, y1 - margin))
  const right = Math.max(left + 1, Math.min(width, x2 + margin))
  const bottom = Math.max(top + 1, Math.min(height, y2 + margin))
  await sharp(data, { raw: { width, height, channels: 3 } })
    .extract({ left, top, width: right - left, height: bottom - top })
    .resize({ width: MAX_CROP_SIDE, height: MAX_CROP_SIDE, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 90 })
    .toFile(path)
}
