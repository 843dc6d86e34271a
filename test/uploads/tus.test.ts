import { readFileSync } from 'node:fs'
import t, { type Test } from 'tap'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, listen, rawRequest, startApp } from '../helpers/app.ts'
import { leftovers, nothing } from '../helpers/leftovers.ts'
import { startWithPeople } from '../helpers/people.ts'
import { hugePng } from '../helpers/pictures.ts'
import { base64, checksum, create, created, head, patch, tus } from './tus-requests.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const start = (t: Test, env: Record<string, string> = {}) => startApp(t, { analyzer: new ScriptedAnalyzer(), env })

t.test('the server says what it understands', async (t) => {
  const app = await start(t, { MAX_VIDEO_UPLOAD_BYTES: '123456' })
  const { status, headers } = await rawRequest(app, { method: 'OPTIONS', path: '/api/uploads/tus' })
  t.equal(status, 204)
  t.match(headers, {
    'tus-version': '1.0.0',
    'tus-resumable': '1.0.0',
    'tus-extension': 'creation,creation-with-upload,expiration,checksum,termination',
    'tus-checksum-algorithm': /\bsha1\b.*\bsha256\b/,
    'tus-max-size': '123456',
  })
})

t.test('a file that came in pieces is an upload like any other', async (t) => {
  const app = await start(t)
  const { status, headers } = await create(app, photo.length, {}, '../道路.jpg')
  t.equal(status, 201)
  t.match(
    headers.location,
    /^\/api\/uploads\/tus\/up_[0-9a-f-]{36}$/,
    'relative, so that proxies need not be understood',
  )
  t.ok(Date.parse(String(headers['upload-expires'])) > Date.now() + 23 * 3_600_000)
  const path = headers.location as string
  for (const [from, to] of [
    [0, 1],
    [1, 20_000],
    [20_000, 20_000],
    [20_000, photo.length],
  ] as const) {
    t.match(await head(app, path), {
      offset: from,
      headers: { 'upload-length': String(photo.length), 'cache-control': 'no-store' },
    })
    t.match(await patch(app, path, from, photo.subarray(from, to)), { status: 204, offset: to })
  }
  const id = path.split('/').at(-1) as string
  const filePath = `/uploads/${id}.jpg`
  const complete = { 'upload-id': id, 'upload-file-path': filePath, 'upload-length': String(photo.length) }
  t.match(
    await head(app, path),
    { status: 200, offset: photo.length, headers: complete },
    'whoever lost the last answer asks',
  )
  t.match(await patch(app, path, photo.length, Buffer.alloc(0)), { status: 204, offset: photo.length })

  const whole = await tus(app, 'GET', `/api/uploads/${id}`)
  t.match(whole.json, {
    upload_id: id,
    file_path: filePath,
    file_name: '道路.jpg',
    file_size: photo.length,
    width: 640,
  })
  t.equal(`sha256 ${Buffer.from(whole.json.sha256, 'hex').toString('base64')}`, checksum('sha256', photo))
  const left = await leftovers(app)
  t.match(left, { uploads: 1, files: [/^uploads/] })
  t.equal(left.files.length, 1, 'one file, under its name')
  t.ok(readFileSync(`${app.config.mediaDir}/${left.files[0]}`).equals(photo))

  const listener = await listen(app)
  t.match(await listener.command('start_detection', { file_path: filePath, detection_type: 'image' }), {
    status: 'success',
  })
  t.match(await tus(app, 'DELETE', path), { status: 409, json: { code: 'UPLOAD_FINISHED' } })
})

t.test('a file may come whole with its creation', async (t) => {
  const app = await start(t)
  const about = { 'upload-length': String(photo.length), 'content-type': 'application/offset+octet-stream' }
  const { status, headers, offset } = await tus(app, 'POST', '/api/uploads/tus', about, photo)
  t.equal(status, 201)
  t.equal(offset, photo.length)
  t.match(headers['upload-file-path'], /\.jpg$/)
  const begun = await tus(app, 'POST', '/api/uploads/tus', about, photo.subarray(0, 100))
  t.match(begun, { status: 201, offset: 100 })
  t.match(await patch(app, begun.headers.location as string, 100, photo.subarray(100)), { status: 204 })
  const bad = { ...about, 'upload-checksum': checksum('sha1', Buffer.from('other')) }
  t.match(await tus(app, 'POST', '/api/uploads/tus', bad, photo), { status: 460 })
  t.match(await leftovers(app), { uploads: 2 })
  t.equal((await leftovers(app)).files.length, 2, 'what nobody knows the place of is not kept')
})

t.test('bytes whose checksum does not match do not count', async (t) => {
  const app = await start(t)
  const path = await created(app, photo.length)
  await patch(app, path, 0, photo.subarray(0, 1000))
  const piece = photo.subarray(1000, 30_000)
  for (const algorithm of ['sha1', 'sha256']) {
    const other = { 'upload-checksum': checksum(algorithm, photo) }
    const { status, json, headers } = await patch(app, path, 1000, piece, other)
    t.equal(status, 460)
    t.match(json, { code: 'CHECKSUM_MISMATCH', offset: 1000, retry_available: true })
    t.equal(headers['tus-resumable'], '1.0.0')
    t.equal((await head(app, path)).offset, 1000)
  }
  for (const wrong of [
    'crc32 AAAA',
    'sha1',
    'sha1 AAAA',
    'sha1 *',
    '',
    'constructor AAAA',
    `SHA1 ${base64('a'.repeat(20))}`,
  ]) {
    const { status, json } = await patch(app, path, 1000, piece, { 'upload-checksum': wrong })
    t.equal(status, 400, wrong)
    t.match(json, { code: 'INVALID_REQUEST', errors: [{ field: 'Upload-Checksum' }] })
  }
  const right = (from: number, to?: number) =>
    patch(app, path, from, photo.subarray(from, to), {
      'upload-checksum': checksum('sha256', photo.subarray(from, to)),
    })
  t.match(await right(1000, 30_000), { status: 204, offset: 30_000 })
  t.match(await right(30_000), { status: 204, offset: photo.length })
  const id = path.split('/').at(-1)
  const { json } = await tus(app, 'GET', `/api/uploads/${id}`)
  t.equal(`sha256 ${Buffer.from(json.sha256, 'hex').toString('base64')}`, checksum('sha256', photo))
})

t.test('what breaks the protocol is a problem with a code, in both languages', async (t) => {
  const app = await start(t)
  const path = await created(app, 1000)
  const bytes = Buffer.alloc(10)
  const length = { 'upload-length': '10' }
  const cases: Array<
    [string, string, string, Record<string, string>, Uint8Array | undefined, number, string, string?]
  > = [
    ['no length', 'POST', '/api/uploads/tus', {}, undefined, 400, 'INVALID_REQUEST', 'Upload-Length'],
    [
      'a negative length',
      'POST',
      '/api/uploads/tus',
      { 'upload-length': '-1' },
      undefined,
      400,
      'INVALID_REQUEST',
      'Upload-Length',
    ],
    [
      'a length that is none',
      'POST',
      '/api/uploads/tus',
      { 'upload-length': '1e3' },
      undefined,
      400,
      'INVALID_REQUEST',
      'Upload-Length',
    ],
    [
      'a deferred length',
      'POST',
      '/api/uploads/tus',
      { 'upload-defer-length': '1' },
      undefined,
      400,
      'INVALID_REQUEST',
      'Upload-Defer-Length',
    ],
    [
      'a part',
      'POST',
      '/api/uploads/tus',
      { ...length, 'upload-concat': 'partial' },
      undefined,
      400,
      'INVALID_REQUEST',
      'Upload-Concat',
    ],
    ['an empty file', 'POST', '/api/uploads/tus', { 'upload-length': '0' }, undefined, 400, 'EMPTY_FILE'],
    [
      'no version',
      'POST',
      '/api/uploads/tus',
      { ...length, 'tus-resumable': '' },
      undefined,
      412,
      'TUS_VERSION_UNSUPPORTED',
    ],
    ['another version', 'HEAD', path, { 'tus-resumable': '0.2.2' }, undefined, 412, ''],
    [
      'no offset',
      'PATCH',
      path,
      { 'content-type': 'application/offset+octet-stream' },
      bytes,
      400,
      'INVALID_REQUEST',
      'Upload-Offset',
    ],
    [
      'another type',
      'PATCH',
      path,
      { 'upload-offset': '0', 'content-type': 'application/json' },
      bytes,
      400,
      'INVALID_REQUEST',
      'Content-Type',
    ],
    ['no type', 'PATCH', path, { 'upload-offset': '0' }, bytes, 400, 'INVALID_REQUEST', 'Content-Type'],
    ['no such upload', 'DELETE', '/api/uploads/tus/up_none', {}, undefined, 404, 'UPLOAD_NOT_FOUND'],
    ['a path for an id', 'DELETE', '/api/uploads/tus/..%2f..%2fdata.db', {}, undefined, 404, 'UPLOAD_NOT_FOUND'],
    ['an override that is none', 'POST', path, { 'x-http-method-override': 'GET' }, undefined, 404, 'NOT_FOUND'],
  ]
  for (const [what, method, to, headers, body, status, code, field] of cases) {
    const answer = await tus(app, method, to, headers, body)
    t.equal(answer.status, status, what)
    t.equal(answer.headers['tus-resumable'], '1.0.0', what)
    if (status === 412) t.equal(answer.headers['tus-version'], '1.0.0', what)
    if (code !== '') t.equal(answer.json.code, code, what)
    if (field !== undefined)
      t.same(
        answer.json.errors.map((error: { field: string }) => error.field),
        [field],
        what,
      )
    if (code !== '') t.notMatch(answer.json.detail_en, /undefined|[\u4e00-\u9fff]/)
  }
  t.match(await patch(app, path, 5, bytes), { status: 409, json: { code: 'UPLOAD_OFFSET_CONFLICT', offset: 0 } })
  t.match(
    await tus(
      app,
      'POST',
      path,
      { 'x-http-method-override': 'PATCH', 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
      bytes,
    ),
    { status: 204, offset: 10 },
  )
})

t.test('a name is tidied, metadata that nobody asked for is nothing, and what is no metadata is refused', async (t) => {
  const app = await start(t)
  const names: Array<[string, string]> = [
    [`filename ${base64('a/b\0c.jpg')}`, 'bc.jpg'],
    [`filetype ${base64('image/jpeg')},filename ${base64('drive.mp4')},is_confidential`, 'drive.mp4'],
    [`filetype ${base64('image/jpeg')}`, 'unnamed'],
    ['filename', 'unnamed'],
    [`filename ${base64('\u202egpj.exe')}`, 'gpj.exe'],
  ]
  for (const [metadata, expected] of names) {
    const path = await created(app, 10, { 'upload-metadata': metadata })
    const told = (await head(app, path)).headers['upload-metadata']
    t.equal(told, `filename ${base64(expected)}`)
  }
  const hostile = ['filename', `filename ${base64('a')}`].map((pair) => `${pair},${pair}`)
  for (const metadata of [
    ...hostile,
    'filename *',
    'filename a b',
    ',',
    'filename abc',
    `filename ${base64(Buffer.from([0xff, 0xfe]))}`,
    '__proto__ YQ==',
    '',
  ]) {
    const { status, json } = await create(app, 10, { 'upload-metadata': metadata })
    t.equal(status, 400, metadata)
    t.match(json, { code: 'INVALID_REQUEST', errors: [{ field: 'Upload-Metadata' }] }, metadata)
  }
})

t.test('what is no picture is refused with its last byte, and is gone', async (t) => {
  const app = await start(t, { MAX_UPLOAD_BYTES: '30000' })
  const cases: Array<[string, Uint8Array, number, string]> = [
    ['text', Buffer.from('not a picture'), 415, 'UNSUPPORTED_MEDIA'],
    ['too many pixels', hugePng(), 413, 'IMAGE_TOO_LARGE'],
    ['a signature alone', photo.subarray(0, 3), 422, 'IMAGE_UNREADABLE'],
    ['a picture that is larger than pictures may be', photo, 413, 'UPLOAD_TOO_LARGE'],
  ]
  for (const [what, bytes, status, code] of cases) {
    const path = await created(app, bytes.length, {}, `${what}.jpg`)
    t.equal((await patch(app, path, 0, bytes.subarray(0, -1))).status, 204, what)
    const last = await patch(app, path, bytes.length - 1, bytes.subarray(-1))
    t.equal(last.status, status, what)
    t.match(last.json, { code, file_name: `${what}.jpg` })
    t.equal((await head(app, path)).status, 404, what)
    t.same(await leftovers(app), nothing, what)
  }
})

t.test('what is too large, too much or will not fit is refused before a byte is sent', async (t) => {
  const app = await start(t, { MAX_VIDEO_UPLOAD_BYTES: '100000' })
  const large = await create(app, 100_001, {}, 'drive.mp4')
  t.equal(large.status, 413)
  t.match(large.json, { code: 'UPLOAD_TOO_LARGE', file_name: 'drive.mp4', max_bytes: 100_000 })

  const path = await created(app, 50)
  for (const bytes of [51, 20_000_000]) {
    t.match(
      await patch(app, path, 0, Buffer.alloc(bytes)),
      { status: 413, json: { max_bytes: 50 } },
      'more than was said',
    )
  }
  t.equal((await head(app, path)).offset, 0)

  for (let n = 1; n < 20; n++) await created(app, 50)
  t.match(await create(app, 50), { status: 429, json: { code: 'TOO_MANY_UPLOADS', max_uploads: 20 } })
  await created(app, 50, { 'x-user-id': '2' })
  t.equal((await tus(app, 'DELETE', path)).status, 204)
  await created(app, 50)
})

t.test('a file larger than the disk has room for is refused at once', async (t) => {
  const app = await start(t, { MAX_VIDEO_UPLOAD_BYTES: String(2 ** 53 - 1) })
  t.match(await create(app, 2 ** 53 - 1), { status: 507, json: { code: 'STORAGE_FULL' } })
  t.same(await leftovers(app), nothing)
})

t.test('an upload is its owner’s alone, and giving it up removes the file', async (t) => {
  const { app, headersOf } = await startWithPeople(t)
  t.equal((await create(app, 100)).status, 401)
  const own = headersOf('user')
  const path = await created(app, 100, own)
  for (const who of ['stranger', 'administrator'] as const) {
    const headers = headersOf(who)
    t.equal((await head(app, path, headers)).status, 404)
    t.match(await patch(app, path, 0, Buffer.alloc(9), headers), { status: 404, json: { code: 'UPLOAD_NOT_FOUND' } })
    t.match(await tus(app, 'DELETE', path, headers), { status: 404, json: { code: 'UPLOAD_NOT_FOUND' } })
  }
  const foreign = { ...own, origin: 'https://elsewhere.example' }
  t.match(await patch(app, path, 0, Buffer.alloc(9), foreign), { status: 403, json: { code: 'ORIGIN_REFUSED' } })
  t.match(await patch(app, path, 0, Buffer.alloc(9), own), { status: 204, offset: 9 })
  t.equal((await leftovers(app)).files.length, 2)
  t.equal((await tus(app, 'GET', path.replace('/tus', ''), own)).status, 404, 'what is unfinished is no upload yet')
  t.equal((await tus(app, 'DELETE', path, own)).status, 204)
  t.same(await leftovers(app), nothing)
  t.equal((await head(app, path, own)).status, 404)

  const whole = await created(app, photo.length, own)
  await patch(app, whole, 0, photo, own)
  const rest = whole.replace('/tus', '')
  t.equal((await tus(app, 'GET', rest, own)).status, 200)
  t.match(await tus(app, 'GET', rest, headersOf('stranger')), { status: 404, json: { code: 'UPLOAD_NOT_FOUND' } })
})

t.test('the uploader’s sockets hear how far it is, over all requests', async (t) => {
  const app = await start(t)
  const [mine, other] = await Promise.all([listen(app, '?user_id=1'), listen(app, '?user_id=2')])
  const own = { 'x-user-id': '1' }
  const path = await created(app, photo.length, own, '道路.jpg')
  const pieces = 40
  const size = Math.ceil(photo.length / pieces)
  const beganMs = Date.now()
  for (let from = 0; from < photo.length; from += size) {
    t.equal((await patch(app, path, from, photo.subarray(from, from + size), own)).status, 204)
  }
  const tookMs = Date.now() - beganMs
  const last = await mine.until('file_upload_progress', ({ data }) => data.progress === 100)
  const id = path.split('/').at(-1) as string
  t.match(last.data, { upload_id: id, file_name: '道路.jpg', received: photo.length, total: photo.length })
  const told = mine.of('file_upload_progress').map(({ data }) => data)
  t.match(told[0], { upload_id: id, total: photo.length })
  t.ok(told.length <= tookMs / 100 + 2, `${told.length} in ${tookMs} ms`)
  t.same(
    told.map(({ received }) => received),
    told.map(({ received }) => received).toSorted((a, b) => a - b),
  )
  await other.command('ping')
  t.same(other.of('file_upload_progress'), [])
})
