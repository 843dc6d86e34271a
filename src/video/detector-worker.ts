/**
 * The thread that runs the model, so that decoding and encoding go on meanwhile: onnxruntime's calls block the thread that
 * makes them. It is never ended by itself, which would abort the process: the process is killed as a whole.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { DetectorReply, DetectorRequest, DetectorSettings } from './detector-thread.ts'

const { model, expected } = workerData as DetectorSettings
const { readManifest } = await import('../detection/model-manifest.ts')
const { SignDetector } = await import('../detection/sign-detector.ts')
const send = (reply: DetectorReply) => parentPort?.postMessage(reply)

try {
  const manifest = await readManifest(model.dir)
  if (manifest.name !== expected.name || manifest.version !== expected.version) {
    throw new Error(
      `${manifest.path} is ${manifest.name} ${manifest.version}, not ${expected.name} ${expected.version}`,
    )
  }
  const detector = await SignDetector.open(manifest, model.precision)
  parentPort?.on('message', async ({ id, pixels, width, height, mode, confidenceThreshold }: DetectorRequest) => {
    try {
      const picture = { data: Buffer.from(pixels, 0, width * height * 3), width, height }
      send({ id, detections: await detector.detect(picture, { mode, confidenceThreshold }) })
    } catch (err) {
      send({ id, error: err instanceof Error ? (err.stack ?? err.message) : String(err) })
    }
  })
  send({ id: 0, detections: [] })
} catch (err) {
  send({ id: 0, error: err instanceof Error ? err.message : String(err) })
}
