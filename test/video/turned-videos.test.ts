import { readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import type { BoundingBox, Record, RecordTracks, TrackBox } from '../../src/contract/index.ts'
import { openVideo } from '../../src/video/node-av/open-video.ts'
import { fixture, formOf, listen, startApp } from '../helpers/app.ts'
import { makeClip, turned } from '../helpers/clips.ts'
import { needsFfmpeg, searchPath } from '../helpers/ffmpeg.ts'

const limits = { maxPixels: 1e8, maxSeconds: 1e5 }
const upright = { width: 360, height: 640 }

/** A drive past three signs, as a phone that is held upright takes it: lying, with a mark that says so. */
async function uprightDrive(dir: string): Promise<Buffer> {
  const lying = join(dir, 'lying.jpg')
  const signs = { left: 880, top: 60, width: 320, height: 569 }
  const standing = await sharp(fixture('street-crossroads.jpg'))
    .extract(signs)
    .resize({ ...upright, fit: 'fill' })
    .toBuffer()
  await sharp(standing).rotate(270).toFile(lying)
  const photo = relative(fixture(''), lying)
  const clip = await makeClip(join(dir, 'lying.mov'), { seconds: 2, width: 640, height: 360, photo })
  return turned(await readFile(clip))
}

function boxOf([_time, x1, y1, x2, y2]: TrackBox): BoundingBox {
  return [x1, y1, x2, y2]
}

async function checkUpright(t: Test, env: { [name: string]: string }): Promise<void> {
  const app = await startApp(t, { env })
  const listener = await listen(app)
  const form = formOf([{ bytes: await uprightDrive(app.dir), name: 'upright.mov' }])
  t.equal((await fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })).status, 202)
  const { data } = await listener.until('detection_complete')
  t.match(data, { status: 'success', failed_frames: 0, results: upright })
  const get = async (path: string) => fetch(`${app.origin}${path}`)
  const record = (await (await get(`/api/detections/${data.record_id}`)).json()) as Record
  t.match(record, upright)
  t.same(record.detections.map(({ class_code }) => class_code).sort(), ['i10', 'pl40', 'ps'], 'signs are upright, too')

  const { tracks } = (await (await get(`/api/detections/${data.record_id}/tracks`)).json()) as RecordTracks
  const boxes = [...record.detections.map(({ bbox }) => bbox), ...tracks.flatMap((track) => track.boxes.map(boxOf))]
  t.ok(boxes.length > 30)
  const isWithin = ([x1, y1, x2, y2]: BoundingBox) =>
    x1 >= 0 && y1 >= 0 && x1 < x2 && y1 < y2 && x2 <= upright.width && y2 <= upright.height
  t.same(
    boxes.filter((box) => !isWithin(box)),
    [],
    'boxes lie within the upright picture',
  )

  const drawn = join(app.dir, 'drawn.mp4')
  await writeFile(drawn, Buffer.from(await (await get(record.result_video_url ?? '')).arrayBuffer()))
  await using video = await openVideo(drawn, 'drawn', limits)
  t.match(video.header, { ...upright, quarterTurns: 0 }, 'the drawn video is upright by itself')
  const poster = sharp(Buffer.from(await (await get(record.result_image_url ?? '')).arrayBuffer()))
  t.match(await poster.metadata(), upright)
}

t.test('a drive that was taken upright comes back upright: node-av', (t) =>
  checkUpright(t, { VIDEO_ENGINE: 'node-av' }),
)

t.test('a drive that was taken upright comes back upright: ffmpeg', needsFfmpeg, (t) =>
  checkUpright(t, { VIDEO_ENGINE: 'ffmpeg', PATH: searchPath }),
)
