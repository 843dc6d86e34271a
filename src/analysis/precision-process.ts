/**
 * The main module of the process that compares a model's precisions. It runs them in turns on one picture, sends what
 * it measured, and ends. It gives way to everything else; the time it measures is the processor's, not the clock's.
 */
import { constants, setPriority } from 'node:os'
import type { Precision } from '../contract/index.ts'
import type { ComparisonMessage, ComparisonSettings } from './precision-check.ts'

const RUNS = 8
const MAX_PIXELS = 100_000_000

process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

async function compare({ modelDir, picturePath, minConfidence }: ComparisonSettings): Promise<ComparisonMessage> {
  const { default: sharp } = await import('sharp')
  sharp.concurrency(1)
  const { decodePicture } = await import('../detection/decode-picture.ts')
  const { readManifest } = await import('../detection/model-manifest.ts')
  const { SignDetector } = await import('../detection/sign-detector.ts')
  const manifest = await readManifest(modelDir)
  const picture = await decodePicture(picturePath, picturePath, { maxPixels: MAX_PIXELS })
  const open = async (precision: Precision) => {
    const detector = await SignDetector.open(manifest, precision)
    await detector.warmUp()
    const detect = () => detector.detect(picture, { mode: 'accurate', confidenceThreshold: minConfidence })
    // The first run at a size is slow.
    return { detect, detections: await detect(), seconds: [] as number[] }
  }
  const both = { fp32: await open('fp32'), int8: await open('int8') }
  // In turns, and each first as often as second, so that whatever else the machine does concerns both.
  for (let run = 0; run < RUNS; run++) {
    const turns = run % 2 === 0 ? [both.fp32, both.int8] : [both.int8, both.fp32]
    for (const { detect, seconds } of turns) {
      const before = process.cpuUsage()
      await detect()
      const { user, system } = process.cpuUsage(before)
      seconds.push((user + system) / 1e6)
    }
  }
  // The fastest run: whatever else the machine does only ever adds. Two equal networks differ by 4 % in it on a busy
  // machine, and by 20 % in the median.
  const outcome = ({ detections, seconds }: (typeof both)[Precision]) => ({ detections, seconds: Math.min(...seconds) })
  return { kind: 'compared', fp32: outcome(both.fp32), int8: outcome(both.int8) }
}

try {
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
} catch {
  // Where that is not allowed, it competes.
}
const message = await compare(JSON.parse(process.argv[2] ?? '{}')).catch((err: unknown): ComparisonMessage => {
  return { kind: 'failed', message: err instanceof Error ? err.message : String(err) }
})
// The parent has heard it then, and ends this process.
process.send?.(message)
