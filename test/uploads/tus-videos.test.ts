import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Record } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, listen, startApp } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { leftovers, nothing } from '../helpers/leftovers.ts'
import { create, created, head, patch, tus } from './tus-requests.ts'

t.test('a video that came in three pieces is analysed like any other', async (t) => {
  const app = await startApp(t)
  const clip = await readFile(await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1.5 }))
  const path = await created(app, clip.length, {}, '行车记录.mp4')
  const [first, second] = [Math.floor(clip.length / 3), Math.floor((2 * clip.length) / 3)]
  t.match(await patch(app, path, 0, clip.subarray(0, first)), { status: 204, offset: first })
  t.match(await patch(app, path, first, clip.subarray(first, second)), { status: 204, offset: second })
  const { status, headers } = await patch(app, path, second, clip.subarray(second))
  t.equal(status, 204)

  const filePath = String(headers['upload-file-path'])
  t.match(filePath, /\.mp4$/)
  const { json: upload } = await tus(app, 'GET', `/api/uploads/${headers['upload-id']}`)
  t.match(upload, {
    media_type: 'video/mp4',
    file_name: '行车记录.mp4',
    file_size: clip.length,
    width: 640,
    height: 480,
  })
  t.ok(Math.abs(upload.duration - 1.5) < 0.15, `${upload.duration} s`)

  const listener = await listen(app)
  const answer = await listener.command('start_detection', { file_path: filePath, detection_type: 'video' })
  t.match(answer, { status: 'success' })
  const { data } = await listener.until('detection_complete')
  t.match(data, { status: 'success', results: { total_detections: 2 } })
  const record = (await (await fetch(`${app.origin}/api/detections/${data.record_id}`)).json()) as Record
  t.match(record, { detection_type: 'video', media_type: 'video/mp4', file_name: '行车记录.mp4' })
})

t.test('a video that is cut off is refused once it is whole, and nothing is left of it', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const clip = await readFile(await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1 }))
  // What says where its pictures are comes last.
  const cut = clip.subarray(0, clip.length / 2)
  const path = await created(app, cut.length, {}, 'cut.mp4')
  t.match(await patch(app, path, 0, cut.subarray(0, 10_000)), { status: 204, offset: 10_000 })
  const { status, json } = await patch(app, path, 10_000, cut.subarray(10_000))
  t.equal(status, 422)
  t.match(json, { code: 'VIDEO_UNREADABLE', detail: /cut\.mp4.*损坏/, detail_en: /cut\.mp4.*damaged/ })
  t.equal((await head(app, path)).status, 404)
  t.same(await leftovers(app), nothing)
})

t.test('a photo may be no larger in pieces than at once, though videos may', async (t) => {
  const photo = await readFile(fixture('street-small.jpg'))
  const env = { MAX_UPLOAD_BYTES: String(photo.length - 1), MAX_VIDEO_UPLOAD_BYTES: '10000000' }
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer(), env })
  const path = await created(app, photo.length, {}, 'street.jpg')
  await patch(app, path, 0, photo.subarray(0, 1000))
  const { status, json } = await patch(app, path, 1000, photo.subarray(1000))
  t.equal(status, 413)
  t.match(json, { code: 'UPLOAD_TOO_LARGE', detail_en: new RegExp(`street\\.jpg.*${photo.length - 1} bytes`) })
  t.equal((await head(app, path)).status, 404)
  t.same(await leftovers(app), nothing)

  const clip = await readFile(await makeClip(join(app.dir, 'clip.mp4'), { seconds: 1 }))
  t.ok(clip.length > photo.length - 1, 'a larger file')
  const video = await created(app, clip.length, {}, 'drive.mp4')
  t.match(await patch(app, video, 0, clip), { status: 204, offset: clip.length })
  const tooLarge = await create(app, 10_000_001, {}, 'drive.mp4')
  t.match(tooLarge, { status: 413 })
  t.match(await leftovers(app), { uploads: 1 })
})
