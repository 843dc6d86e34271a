import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { openFfmpegEngine } from '../../src/video/ffmpeg/ffmpeg-engine.ts'
import { openAvEngine } from '../../src/video/node-av/av-engine.ts'
import type { VideoEngine } from '../../src/video/video-engine.ts'
import { withSide } from '../helpers/broken-clips.ts'
import { makeClip } from '../helpers/clips.ts'
import { needsFfmpeg, searchPath } from '../helpers/ffmpeg.ts'

/** As they are by default. */
const limits = { maxPixels: 40_000_000, maxSeconds: 6 * 3600 }

async function clipOf(dir: string, side: number): Promise<string> {
  const path = await makeClip(join(dir, 'clip.mp4'), { seconds: 1 })
  await writeFile(path, withSide(await readFile(path), side))
  return path
}

const engines: Array<[string, { skip?: string }, () => Promise<VideoEngine>]> = [
  ['node-av', {}, openAvEngine],
  ['ffmpeg', needsFfmpeg, () => openFfmpegEngine(searchPath)],
]

for (const [name, options, open] of engines) {
  t.test(
    `pictures larger than FFmpeg itself can have are too large, not of a strange codec: ${name}`,
    options,
    async (t) => {
      const path = await clipOf(t.testdir(), 16_384)
      await t.rejects((await open()).open(path, 'clip', limits), { code: 'VIDEO_TOO_LARGE' })
    },
  )
}

t.test('pictures that are too large are not decoded to find out how large they are', async (t) => {
  const path = await clipOf(t.testdir(), 16_000)
  // In a process of its own, whose memory is then its own.
  const engine = new URL('../../src/video/node-av/av-engine.js', import.meta.url)
  const script = `
    const { openAvEngine } = await import(${JSON.stringify(engine.href)})
    const refused = await (await openAvEngine()).open(${JSON.stringify(path)}, 'clip', ${JSON.stringify(limits)}).catch((err) => err)
    console.log(JSON.stringify({ code: refused.code, mib: process.resourceUsage().maxRSS / 1024 }))`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script])
  const { code, mib } = JSON.parse(stdout) as { code: string; mib: number }
  t.equal(code, 'VIDEO_TOO_LARGE')
  t.ok(mib < 300, `${Math.round(mib)} MiB`)
})
