/** The bare pipeline: decodes a video and looks at its pictures, as often and in as many threads as the server does. */
import sharp from 'sharp'
import type { Precision } from '../src/contract/index.ts'
import { readManifest } from '../src/detection/model-manifest.ts'
import { DetectorThread } from '../src/video/detector-thread.ts'
import { FrameSampler } from '../src/video/frame-sampler.ts'
import { FrameLooker } from '../src/video/look-at-frames.ts'
import { FrameReader } from '../src/video/node-av/frame-reader.ts'
import { openVideo } from '../src/video/node-av/open-video.ts'

export interface BareVideoMessage {
  kind: 'done'
  frames: number
}

// Not `exit`: it would run destructors below a network in mid-run.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))

const [path = '', dir = '', perSecond = '', precision = ''] = process.argv.slice(2)
// As in the server's process: its threads would only be in the way of each other.
sharp.concurrency(1)
sharp.cache(false)

const limits = { maxPixels: 1e8, maxSeconds: 1e6 }

const { name, version } = await readManifest(dir)
const detector = await DetectorThread.start({
  model: { dir, precision: precision as Precision },
  expected: { name, version },
})
const video = await openVideo(path, 'bare.mp4', limits)
const { width, height } = video.header
const options = { mode: 'fast' as const, confidenceThreshold: 0.15 }
const looker = new FrameLooker(detector, options, width * height)
const sampler = new FrameSampler(Number(perSecond))
const reader = new FrameReader(video, 'bare.mp4', limits)

let pending: Promise<unknown> = Promise.resolve()
for await (const { frame, timeS } of reader.frames()) {
  if (sampler.wants(timeS, true)) {
    const { found } = await looker.look(frame, timeS)
    await pending
    pending = found
  }
  frame.free()
}
await pending
process.send?.({ kind: 'done', frames: reader.counts.frames } satisfies BareVideoMessage)
