import type { Detection } from '../contract/index.ts'
import { decodePicture } from '../detection/decode-picture.ts'
import type { SignDetector } from '../detection/sign-detector.ts'
import { drawDetections, encodeResult, encodeThumbnail } from '../drawing/draw-detections.ts'
import { AppError } from '../errors.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { AnalysedBy, Analysis, AnalysisJob, AnalysisStep, OnStep } from './analyzer.ts'

interface Means {
  detector: SignDetector
  /** What the detector runs. */
  model: AnalysedBy
  maxPixels: number
}

/** Decodes a picture once, finds its signs in the pixels and draws them into the same pixels. */
export async function analyzePicture(
  { detector, model, maxPixels }: Means,
  job: AnalysisJob,
  onStep: OnStep,
): Promise<Analysis> {
  const stageSeconds = { read: 0, infer: 0, draw: 0 }
  const timed = async <T>(step: AnalysisStep, work: () => Promise<T>): Promise<T> => {
    onStep(step, 0)
    const startedAt = performance.now()
    const result = await work()
    stageSeconds[step] = (performance.now() - startedAt) / 1000
    return result
  }
  const picture = await timed('read', () => decodePicture(job.path, job.fileName, { maxPixels }))
  const detections = await timed('infer', () =>
    detector.detect(picture, job, (fraction) => fraction < 1 && onStep('infer', fraction)),
  )
  await timed('draw', () => draw(picture, detections, job).catch(rethrowDiskFull))
  return { width: picture.width, height: picture.height, detections, model, stageSeconds }
}

async function draw(picture: RawPicture, detections: Detection[], job: AnalysisJob): Promise<void> {
  if (job.resultPath === null && job.thumbnailPath === null) return
  await drawDetections(picture, detections)
  if (job.resultPath !== null) await encodeResult(picture, job.resultPath)
  if (job.thumbnailPath !== null) await encodeThumbnail(picture, job.thumbnailPath)
}

/** libvips tells causes only in words. */
function rethrowDiskFull(err: Error): never {
  throw /no space left|quota exceeded/i.test(err.message) ? new AppError('STORAGE_FULL', {}, { cause: err }) : err
}
