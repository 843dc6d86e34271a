import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { receiveForm } from '../../src/uploads/multipart-files.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, type RunningApp, startApp } from '../helpers/app.ts'
import { eventually, leftovers, nothing } from '../helpers/leftovers.ts'
import { bugsIn, captureLog } from '../helpers/log.ts'
import { BOUNDARY, multipart, type Part, post } from '../helpers/multipart.ts'
import { emptyPng, hugePng } from '../helpers/pictures.ts'
import { created, head, patch, tus } from './tus-requests.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const file = (content: string | Uint8Array = photo, filename = 'street.jpg'): Part => ({ filename, content })
const field = (name: string, content: string): Part => ({ name, content })

const start = (t: Test, options: Parameters<typeof startApp>[1] = {}) =>
  startApp(t, { analyzer: new ScriptedAnalyzer(), ...options })

async function refuses(
  t: Test,
  app: RunningApp,
  path: string,
  body: Part[] | Buffer,
  expected: { status: number; code: string; field?: string; names?: string },
  headers?: Record<string, string>,
): Promise<void> {
  const { status, json } = await post(app, path, body, headers)
  t.equal(status, expected.status, json.detail)
  t.equal(json.code, expected.code)
  if (expected.field !== undefined) t.same(fieldsOf(json), [expected.field])
  if (expected.names !== undefined) t.ok(json.detail.includes(expected.names), json.detail)
  t.same(await leftovers(app), nothing, 'nothing is left behind')
}

const fieldsOf = (json: { errors?: Array<{ field: string }> }) => json.errors?.map(({ field }) => field)

t.test('what is no picture is refused, whatever it is called, and leaves nothing', async (t) => {
  const app = await start(t)
  const html = '<!doctype html><title>Not a photo</title>'
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
  const zip = Buffer.concat([Buffer.from('504b0304140000000000', 'hex'), Buffer.alloc(200)])
  const cases: Array<[string, string | Uint8Array, string, { status: number; code: string }]> = [
    ['an empty file', '', 'empty.jpg', { status: 400, code: 'EMPTY_FILE' }],
    ['HTML', html, 'page.jpg', { status: 415, code: 'UNSUPPORTED_MEDIA' }],
    ['a ZIP', zip, 'archive.jpg', { status: 415, code: 'UNSUPPORTED_MEDIA' }],
    ['SVG', svg, 'drawing.svg', { status: 415, code: 'UNSUPPORTED_MEDIA' }],
    ['SVG that says it is an aborted JPEG', svg, 'aborted.jpg', { status: 415, code: 'UNSUPPORTED_MEDIA' }],
    ['121 megapixels', hugePng(), 'huge.png', { status: 413, code: 'IMAGE_TOO_LARGE' }],
    ['0 × 0 pixels', emptyPng(), 'nothing.png', { status: 422, code: 'IMAGE_UNREADABLE' }],
    ['a signature alone', photo.subarray(0, 3), 'short.jpg', { status: 422, code: 'IMAGE_UNREADABLE' }],
  ]
  for (const [what, content, filename, expected] of cases) {
    for (const path of ['/api/uploads', '/api/detections?wait=1']) {
      await t.test(`${what} to ${path}`, (t) =>
        refuses(t, app, path, [file(content, filename)], { ...expected, names: filename }),
      )
    }
  }
})

t.test('121 megapixels in a PNG of some 400 KB are refused by the header', async (t) => {
  const app = await start(t)
  const side = 11_000
  const picture = { create: { width: side, height: side, channels: 3 as const, background: '#468' } }
  const png = await sharp(picture).png({ compressionLevel: 9 }).toBuffer()
  t.ok(png.length < 600_000, `${png.length} bytes`)
  const expected = { status: 413, code: 'IMAGE_TOO_LARGE', names: '11000×11000' }
  await refuses(t, app, '/api/detections', [file(png, 'huge.png')], expected)
})

t.test('a form without a file, or with two where one is meant, is refused', async (t) => {
  const app = await start(t)
  await refuses(t, app, '/api/uploads', [], { status: 400, code: 'NO_FILE' })
  await refuses(t, app, '/api/detections', [], { status: 400, code: 'NO_FILE' })
  await refuses(t, app, '/api/detections', [field('mode', 'fast')], { status: 400, code: 'NO_FILE' })
  await refuses(t, app, '/api/uploads', [field('file', 'text')], { status: 400, code: 'NO_FILE' })
  await refuses(t, app, '/api/uploads', [file(), file()], { status: 400, code: 'TOO_MANY_FILES', names: '1' })
})

t.test('more files than one request may carry are refused, and the first of them too', async (t) => {
  const app = await start(t, { env: { MAX_FILES_PER_REQUEST: '2' } })
  const files = [1, 2, 3, 4, 5].map((n) => file(photo, `${n}.jpg`))
  for (const count of [3, 4, 5]) {
    const expected = { status: 400, code: 'TOO_MANY_FILES', names: '2' }
    await refuses(t, app, '/api/detections', files.slice(0, count), expected)
  }
})

t.test('one bad file among good ones refuses them all and is named', async (t) => {
  const app = await start(t)
  for (const place of [0, 1, 2]) {
    const files = [0, 1, 2].map((n) => (n === place ? file('bad', 'the-bad-one.jpg') : file()))
    const expected = { status: 415, code: 'UNSUPPORTED_MEDIA', names: 'the-bad-one.jpg' }
    await refuses(t, app, '/api/detections', files, expected)
  }
})

t.test('a wrong option is refused by name, before or after the files, and leaves nothing', async (t) => {
  const app = await start(t)
  const cases: Array<[string, string, string?]> = [
    ['confidence_threshold', '-1'],
    ['confidence_threshold', '2'],
    ['confidence_threshold', 'high'],
    ['confidence_threshold', 'NaN'],
    ['confidence_threshold', ''],
    ['confidence_threshold', 'true'],
    ['confidence_threshold', 'Infinity'],
    ['save_result', 'perhaps'],
    ['save_result', '2'],
    ['mode', 'turbo'],
    ['mode', ''],
    ['detection_type', 'photo'],
    ['detection_type', ''],
    ['threshold', '0.5'],
    ['constructor_', '1'],
    ['options', '{'],
    ['options', '[]'],
    ['options', 'null'],
    ['options', '"fast"'],
    ['options', '{"confidence_threshold":-1}', 'confidence_threshold'],
    ['options', '{"confidence_threshold":"0.5"}', 'confidence_threshold'],
    ['options', '{"confidence_threshold":null}', 'confidence_threshold'],
    ['options', '{"save_result":1}', 'save_result'],
    ['options', '{"mode":"turbo"}', 'mode'],
    ['options', '{"colour":"red"}', 'colour'],
    ['options', '{"__proto__":{"mode":"fast"}}', '__proto__'],
  ]
  for (const [name, value, wrong = name] of cases) {
    await t.test(`${name}=${value}`, async (t) => {
      const expected = { status: 400, code: 'INVALID_OPTION', field: wrong, names: wrong }
      await refuses(t, app, '/api/detections', [file(), field(name, value)], expected)
      await refuses(t, app, '/api/detections?wait=1', [field(name, value), file()], expected)
    })
  }
  const { json } = await post(app, '/api/detections', [file(), field('mode', 'x'), field('confidence_threshold', 'y')])
  t.same(fieldsOf(json)?.sort(), ['confidence_threshold', 'mode'], 'every wrong field is named')
  t.same(await leftovers(app), nothing)
})

t.test('video and realtime are refused for a picture', async (t) => {
  const app = await start(t)
  for (const type of ['video', 'realtime']) {
    const expected = { status: 400, code: 'UNSUPPORTED_DETECTION_TYPE', names: type }
    await refuses(t, app, '/api/detections', [file(), file(), field('detection_type', type)], expected)
  }
})

t.test('options come as fields or as JSON, before or after the files', async (t) => {
  const app = await start(t)
  const given = { confidence_threshold: 0.25, save_result: false, mode: 'fast' }
  const single = Object.entries(given).map(([name, value]) => field(name, String(value)))
  const json = field('options', JSON.stringify(given))
  const typed = { ...json, type: 'application/json' }
  const forms = [
    [file(), ...single],
    [...single, file()],
    [file(), json],
    [json, file()],
    [typed, file()],
  ]
  for (const form of forms) {
    const { status, json: record } = await post(app, '/api/detections?wait=1', form)
    t.equal(status, 200, record.detail)
    t.match(record, { mode: 'fast', confidence_threshold: 0.25, result_image_url: null })
  }
  for (const threshold of ['0', '1', '0.5', '1e-2']) {
    const { json } = await post(app, '/api/detections?wait=1', [file(), field('confidence_threshold', threshold)])
    t.equal(json.confidence_threshold, Number(threshold))
  }
})

t.test('what is no form, or a broken one, is refused and leaves nothing', async (t) => {
  const app = await start(t)
  const whole = multipart([file()])
  const contentType = { status: 400, code: 'INVALID_REQUEST', field: 'Content-Type' }
  const cases: Array<[string, Buffer, string, { status: number; code: string; field?: string }]> = [
    ['JSON', Buffer.from('{}'), 'application/json', contentType],
    ['text', Buffer.from('hello'), 'text/plain', contentType],
    ['a bare JPEG', photo, 'image/jpeg', contentType],
    ['a URL-encoded form', Buffer.from('a=b'), 'application/x-www-form-urlencoded', contentType],
    ['no boundary', whole, 'multipart/form-data', contentType],
    ['an empty boundary', whole, 'multipart/form-data; boundary=', contentType],
    ['a quoted empty boundary', whole, 'multipart/form-data; boundary=""', contentType],
    ['only the word boundary', whole, 'multipart/form-data; boundary', contentType],
    ['a boundary of 300 characters', whole, `multipart/form-data; boundary=${'b'.repeat(300)}`, contentType],
    ['no content type', whole, '', contentType],
    ['another boundary', whole, 'multipart/form-data; boundary=other', { status: 400, code: 'UPLOAD_INTERRUPTED' }],
    ['no body', Buffer.alloc(0), `multipart/form-data; boundary=${BOUNDARY}`, { status: 400, code: 'NO_FILE' }],
  ]
  for (const cut of [1, 30, 90, 1000, whole.length - 2, whole.length - 20]) {
    const body = whole.subarray(0, Math.min(cut, whole.length - 5))
    const expected = { status: 400, code: 'UPLOAD_INTERRUPTED' }
    cases.push([
      `a form that ends after ${body.length} bytes`,
      body,
      `multipart/form-data; boundary=${BOUNDARY}`,
      expected,
    ])
  }
  for (const [what, body, type, expected] of cases) {
    for (const path of ['/api/uploads', '/api/detections']) {
      await t.test(`${what} to ${path}`, (t) => refuses(t, app, path, body, expected, { 'content-type': type }))
    }
  }
})

t.test('a name is kept as far as people can safely read it, and is never a path', async (t) => {
  const app = await start(t)
  const cases: Array<[string, string]> = [
    ['道路.jpg', '道路.jpg'],
    ['../../etc/passwd.jpg', 'passwd.jpg'],
    ['..\\\\..\\\\windows\\\\street.jpg', 'street.jpg'],
    ['/etc/shadow', 'shadow'],
    ['..', 'unnamed'],
    ['', 'unnamed'],
    ['a\0b.jpg', 'ab.jpg'],
    ['🚸 school 👨‍👩‍👧.jpg', '🚸 school 👨‍👩‍👧.jpg'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['\u2066a\u2069\u200f\u061cb.jpg', 'ab.jpg'],
    ['a\u2028b\u2029\u0085.jpg', 'ab.jpg'],
    ['e\u0301té.jpg', 'été.jpg'],
    [`${'长'.repeat(5000)}.jpg`, `${'长'.repeat(195)}….jpg`],
    [`${'x'.repeat(5000)}.jpg`, `${'x'.repeat(195)}….jpg`],
    ['🚸'.repeat(300), `${'🚸'.repeat(199)}…`],
    ['.htaccess', '.htaccess'],
  ]
  for (const [given, expected] of cases) {
    const { status, json } = await post(app, '/api/uploads', [{ filename: given, type: 'image/jpeg', content: photo }])
    t.equal(status, 201, json.detail)
    t.equal(json.file_name, expected)
    t.match(json.file_path, /^\/uploads\/up_[0-9a-f-]{36}\.jpg$/)
  }
  const kept = await leftovers(app)
  t.equal(kept.files.length, cases.length)
  for (const name of kept.files) t.match(name, /^uploads\/\d{4}-\d\d-\d\d\/[0-9a-f-]{36}\.jpg$/)
})

t.test('a file over MAX_UPLOAD_BYTES is refused while it is still being sent', async (t) => {
  const app = await start(t, { env: { MAX_UPLOAD_BYTES: '200000' } })
  const body = multipart([file(Buffer.concat([photo, Buffer.alloc(400_000)]), 'big.jpg')])
  await refuses(t, app, '/api/uploads', body, { status: 413, code: 'UPLOAD_TOO_LARGE', names: 'big.jpg' })

  // Half of it, and then nothing: the answer comes all the same.
  const answer = await new Promise<{ status: number; body: string }>((resolve, reject) => {
    const headers = {
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      'content-length': String(body.length),
    }
    const request = httpRequest({ port: app.port, path: '/api/uploads', method: 'POST', headers }, async (response) => {
      resolve({ status: response.statusCode ?? 0, body: (await response.toArray()).join('') })
    })
    request.on('error', reject)
    request.write(body.subarray(0, 300_000))
  })
  t.equal(answer.status, 413)
  t.equal(JSON.parse(answer.body).code, 'UPLOAD_TOO_LARGE')
  t.same(await leftovers(app), nothing)
})

t.test('a client that sends far too much still gets the answer', async (t) => {
  const app = await start(t, { env: { MAX_UPLOAD_BYTES: '100000' } })
  for (let round = 0; round < 5; round++) {
    const form = new FormData()
    form.append('file', new Blob([photo, Buffer.alloc(20_000_000)]), 'big.jpg')
    const answer = await fetch(`${app.origin}/api/detections`, { method: 'POST', body: form })
    t.equal(answer.status, 413)
    t.equal(((await answer.json()) as { code: string }).code, 'UPLOAD_TOO_LARGE')
  }
  t.same(await leftovers(app), nothing)
})

t.test('an upload cut off half way leaves nothing and is no bug', async (t) => {
  const app = await start(t, { env: { LOG_LEVEL: 'info' } })
  const log = captureLog(app.app.log)
  const whole = multipart([file(), file()])
  for (const path of ['/api/uploads', '/api/detections?wait=1']) {
    for (const cut of [10, 200, 20_000, photo.length + 20_000, whole.length - 3]) {
      const closed = new Promise((resolve) => {
        app.app.server.once('request', (_request, response) => response.once('close', resolve))
      })
      const socket = connect(app.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(
        `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\ncontent-length: ${whole.length}\r\n\r\n`,
      )
      await new Promise<void>((resolve) => socket.write(whole.subarray(0, cut), () => resolve()))
      await new Promise((resolve) => app.app.server.getConnections((_err, count) => resolve(count)))
      socket.destroy()
      await closed
      await eventually(
        () => leftovers(app),
        ({ files, uploads }) => files.length === 0 && uploads === 0,
      )
    }
  }
  t.same(await leftovers(app), nothing)
  t.ok(log.length > 0, 'the log is heard')
  t.same(bugsIn(log), [])
})

t.test('a client that leaves before its form is read from is not waited for', async (t) => {
  const route = new EventEmitter()
  const app = await start(t, {
    prepare: (app) =>
      app.post('/late', async (request) => {
        route.emit('reached')
        await new Promise((resolve) => request.raw.once('close', resolve))
        route.emit('outcome', await receiveForm(request, app.parts.uploads, 1).catch((err: unknown) => err))
      }),
  })
  const socket = connect(app.port, '127.0.0.1')
  const reached = once(route, 'reached')
  const head = `POST /late HTTP/1.1\r\nhost: localhost\r\ncontent-type: multipart/form-data; boundary=${BOUNDARY}\r\n`
  socket.write(`${head}content-length: 1000\r\n\r\n`)
  await reached
  const outcome = once(route, 'outcome')
  socket.destroy()
  t.match(await outcome, [{ code: 'UPLOAD_INTERRUPTED' }])
})

/** A server whose media lie on a small file system of its own; null where nobody may mount one. */
async function startOnSmallDisk(t: Test, options: string): Promise<RunningApp | null> {
  // Elsewhere than the test's directory, which tap removes before it is unmounted.
  const disk = mkdtempSync(join(tmpdir(), 'hzsystem-disk-'))
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', disk]).status === 0
  t.teardown(() => {
    if (isMounted) spawnSync('umount', ['-l', disk])
    rmdirSync(disk)
  })
  if (!isMounted) {
    t.comment('not tried: mounting a small disk is not allowed here')
    return null
  }
  return start(t, { env: { MEDIA_DIR: disk } })
}

t.test('a full disk is answered 507 and leaves nothing', async (t) => {
  const app = await startOnSmallDisk(t, 'size=1m')
  if (app === null) return
  const big = Buffer.concat([photo, Buffer.alloc(2_000_000)])
  for (const path of ['/api/uploads', '/api/detections?wait=1']) {
    await refuses(t, app, path, [file(big)], { status: 507, code: 'STORAGE_FULL' })
    await refuses(t, app, path, [file(big), file()], { status: 507, code: 'STORAGE_FULL' })
  }
  t.equal((await post(app, '/api/uploads', [file()])).status, 201, 'what fits is still taken')
})

t.test('a disk that fills up while pieces come keeps what it has acknowledged', async (t) => {
  const app = await startOnSmallDisk(t, 'size=1m')
  if (app === null) return
  const content = Buffer.concat([photo, Buffer.alloc(663_253)])
  const [one, other] = [await created(app, content.length), await created(app, content.length)]
  t.match(await patch(app, one, 0, content.subarray(0, 600_000)), { status: 204 })
  t.match(await patch(app, other, 0, content.subarray(0, 1000)), { status: 204 })
  const full = await patch(app, other, 1000, content.subarray(1000))
  t.match(full, { status: 507, json: { code: 'STORAGE_FULL', retry_available: true } })
  const { offset } = await head(app, other)
  t.ok(offset >= 1000 && offset < content.length, `${offset}`)
  t.equal((await tus(app, 'DELETE', one)).status, 204)
  t.match(await patch(app, other, offset, content.subarray(offset)), { status: 204, offset: content.length })
  const { json } = await tus(app, 'GET', other.replace('/tus', ''))
  t.equal(json.sha256, createHash('sha256').update(content).digest('hex'))
})

t.test('a disk without room for another directory is answered 507 and leaves nothing', async (t) => {
  // The directory itself, its lock of two files, its five folders, and one draft.
  const app = await startOnSmallDisk(t, 'size=1m,nr_inodes=12')
  if (app === null) return
  await refuses(t, app, '/api/uploads', [file()], { status: 507, code: 'STORAGE_FULL' })
})

t.test('a disk that fills up before the result is kept fails the task and leaves only the upload', async (t) => {
  // The directory itself, its lock of two files, its five folders, the day and file of the upload, and two drafts.
  const app = await startOnSmallDisk(t, 'size=1m,nr_inodes=15')
  if (app === null) return
  const { status, json } = await post(app, '/api/detections?wait=1', [file()])
  t.equal(status, 507)
  t.match(json, { code: 'STORAGE_FULL', retry_available: true })
  const left = await leftovers(app)
  t.match(left, { uploads: 1, tasks: 1, records: 0 })
  t.equal(left.files.length, 1)
  t.match(left.files[0], /^uploads/)
})
