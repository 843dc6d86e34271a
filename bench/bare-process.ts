/** One process of the bare loop: decodes, runs and classifies what it is told to. Set up as the server's own. */
import sharp from 'sharp'
import type { DetectionMode } from '../src/contract/index.ts'
import { decodePicture } from '../src/detection/decode-picture.ts'
import { readManifest } from '../src/detection/model-manifest.ts'
import { SignDetector } from '../src/detection/sign-detector.ts'

export interface BareJob {
  path: string
  mode: DetectionMode
}

/** `ms`: from the job's arrival in the process to its result. */
export type BareMessage = { kind: 'ready' } | { kind: 'done'; ms: number; signs: number }

const maxPixels = 100_000_000
const confidenceThreshold = 0.5

sharp.concurrency(1)
sharp.cache(false)
const detector = await SignDetector.open(await readManifest(process.argv[2]!))
await detector.warmUp()

process.on('message', async ({ path, mode }: BareJob) => {
  const startedMs = performance.now()
  const picture = await decodePicture(path, 'street.jpg', { maxPixels })
  const detections = await detector.detect(picture, { mode, confidenceThreshold })
  tell({ kind: 'done', ms: performance.now() - startedMs, signs: detections.length })
})
// Not `exit`: it would run destructors below a network in mid-run.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
tell({ kind: 'ready' })

function tell(message: BareMessage): void {
  process.send?.(message)
}
