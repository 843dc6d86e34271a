import { readFileSync } from 'node:fs'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import sharp from 'sharp'
import t from 'tap'
import type { Detection } from '../../src/contract/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { leftovers } from '../helpers/leftovers.ts'
import { BOUNDARY, multipart, post } from '../helpers/multipart.ts'
import { street, streetSigns, streetSize, streetTurned } from '../helpers/pictures.ts'

const photo = readFileSync(fixture('street-small.jpg'))

const detect = async (app: RunningApp, content: Uint8Array, filename = 'street.jpg') =>
  post(app, '/api/detections?wait=1', [
    { filename, content },
    { name: 'mode', content: 'fast' },
  ])

const codesOf = (detections: Detection[]) => detections.map(({ class_code }) => class_code).sort()

t.test('with the real model', async (t) => {
  const app = await startApp(t)
  const expected = streetSigns.map(({ code }) => code).sort()

  await t.test('a JPEG cut at every tenth byte is refused and leaves no file and no record', async (t) => {
    const small = await street().resize(96, 72).jpeg({ quality: 40 }).toBuffer()
    const cuts = Array.from({ length: Math.ceil(small.length / 10) }, (_, i) => [small, i * 10] as const)
    const ofPhoto = [0.1, 0.5, 0.9, 0.999].map((part) => [photo, Math.floor(photo.length * part)] as const)
    for (const [picture, at] of [...cuts, ...ofPhoto]) {
      const { status, json } = await detect(app, picture.subarray(0, at), 'cut-off.jpg')
      const code = at === 0 ? 'EMPTY_FILE' : 'IMAGE_UNREADABLE'
      if (status >= 500 || json.code !== code) t.fail(`at ${at}: ${status} ${JSON.stringify(json)}`)
      if (!json.detail?.includes('cut-off.jpg')) t.fail(`at ${at}: the file is not named: ${json.detail}`)
      const { files, uploads, records } = await leftovers(app)
      if (files.length + uploads + records > 0) t.fail(`at ${at}: ${files} left`)
    }
    t.ok(cuts.length > 50, `${cuts.length} cuts`)
    const failed = await app.parts.db.task.findMany({ select: { status: true, errorCode: true, attempt: true } })
    t.ok(failed.length > 0, 'some were found out by the decoder only')
    t.ok(
      failed.every(({ status, attempt }) => status === 'failed' && attempt === 1),
      'at the first attempt',
    )
  })

  await t.test('CMYK, grey, 16 bits, transparency and every format show the same signs', async (t) => {
    const pictures: Array<[string, Buffer]> = [
      ['CMYK JPEG', await street().toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer()],
      ['16-bit PNG', await street().toColourspace('rgb16').png().toBuffer()],
      ['transparent PNG', await street().ensureAlpha().png().toBuffer()],
      ['progressive JPEG', await street().jpeg({ quality: 95, progressive: true }).toBuffer()],
      ['WebP', await street().webp({ quality: 95 }).toBuffer()],
      ['TIFF', await street().tiff({ compression: 'lzw' }).toBuffer()],
      ['GIF', await street().gif().toBuffer()],
      ['AVIF', await street().avif({ quality: 80, effort: 0 }).toBuffer()],
    ]
    t.equal((await sharp(pictures[0]?.[1]).metadata()).space, 'cmyk')
    t.equal((await sharp(pictures[1]?.[1]).metadata()).depth, 'ushort')
    for (const [what, picture] of pictures) {
      const { status, json } = await detect(app, picture, what)
      t.equal(status, 200, `${what}: ${json.detail}`)
      t.same(codesOf(json.detections), expected, what)
      t.match(json, streetSize)
    }
    const grey = await detect(app, await street().greyscale().png().toBuffer())
    t.equal(grey.status, 200, grey.json.detail)
  })

  await t.test('of an animation the first frame counts', async (t) => {
    const frames = [await street().png().toBuffer(), await street([]).png().toBuffer()]
    const animated = () => sharp(frames, { join: { animated: true } })
    for (const [what, picture] of [
      ['GIF', await animated().gif().toBuffer()],
      ['WebP', await animated().webp({ quality: 95 }).toBuffer()],
    ] as const) {
      t.equal((await sharp(picture).metadata()).pages, 2)
      const { status, json } = await detect(app, picture, what)
      t.equal(status, 200, json.detail)
      t.match(json, streetSize, what)
      t.same(codesOf(json.detections), expected, what)
    }
  })

  await t.test('all eight EXIF orientations give the same boxes', async (t) => {
    const upright = (await detect(app, await streetTurned(1))).json
    t.same(codesOf(upright.detections), expected)
    for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
      const { json } = await detect(app, await streetTurned(orientation))
      t.match(json, streetSize)
      t.same(json.detections, upright.detections, `orientation ${orientation}`)
    }
  })
})

t.test('the uploader, and nobody else, sees a file arrive', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const [mine, other, watcher] = await Promise.all([
    listen(app, '?user_id=1'),
    listen(app, '?user_id=2'),
    listen(app, '?user_id=3&scope=all'),
  ])
  const body = multipart([{ filename: '道路.jpg', content: photo }])
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    const headers = {
      'x-user-id': '1',
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': String(body.length),
    }
    const request = httpRequest({ port: app.port, path: '/api/uploads', method: 'POST', headers }, resolve)
    request.on('error', reject)
    request.write(body.subarray(0, body.length / 2))
    mine.until('file_upload_progress').then(({ data }) => {
      t.match(data, { file_name: '道路.jpg', total: body.length })
      t.ok(data.received > 0 && data.received <= body.length / 2, `${data.received} of ${body.length}`)
      t.ok(data.progress > 0 && data.progress <= 50, `${data.progress} %`)
      request.end(body.subarray(body.length / 2))
    }, reject)
  })
  const answer = await answered
  t.equal(answer.statusCode, 201)
  const upload = JSON.parse((await answer.toArray()).join(''))
  const last = await mine.until('file_upload_progress', ({ data }) => data.progress === 100)
  t.match(last.data, { upload_id: upload.upload_id, received: photo.length, total: photo.length })
  const progress = mine.of('file_upload_progress').map(({ data }) => data.progress)
  t.same(
    progress,
    progress.toSorted((a, b) => a - b),
    'never falling',
  )
  for (const stranger of [other, watcher]) {
    await stranger.command('ping')
    t.same(stranger.of('file_upload_progress'), [])
  }
})
