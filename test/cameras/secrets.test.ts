import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { SecretCipher } from '../../src/cameras/secret-cipher.ts'
import { loadConfig } from '../../src/config.ts'
import type { Camera } from '../../src/contract/index.ts'
import { listen, type RunningApp } from '../helpers/app.ts'
import { eventually } from '../helpers/leftovers.ts'
import { ask, register, startCameraApp, street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'

const PASSWORD = 'ge$&heim'

/** A camera that wants a password, and another one in its address. */
async function startServer(t: Test): Promise<{ server: MjpegServer; url: string }> {
  const server = await MjpegServer.start(t, await street())
  server.answer = ({ headers, url }, response) => {
    const isIn = headers.authorization === `Basic ${btoa(`viewer:${PASSWORD}`)}` && url?.endsWith('pwd=geheim2')
    if (isIn) server.stream(response)
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end()
  }
  return { server, url: `${server.url.replace('://', () => `://viewer:${PASSWORD}@`)}?pwd=geheim2` }
}

const untilState = (app: RunningApp, state: string): Promise<Camera> =>
  eventually(
    async () => (await ask(app, 'GET', '/api/cameras')).json.items[0] as Camera,
    (camera) => camera.state === state,
    20_000,
  )
const keyOf = (app: RunningApp) => join(app.dir, 'camera.key')

t.test('what is secret of an address lies encrypted in the database, under a key beside it', async (t) => {
  const app = await startCameraApp(t)
  const { server, url } = await startServer(t)
  const camera = await register(app, { url })
  t.match(camera, { url: `${server.url}?pwd=***`, has_credentials: true })
  await untilState(app, 'live')
  const row = await app.parts.db.camera.findUniqueOrThrow({ where: { id: camera.camera_id } })
  t.match(row.credentials, /^v1\.[\w-]+$/)
  t.notMatch(JSON.stringify(row), /viewer|heim/)
  t.equal((await stat(keyOf(app))).mode & 0o777, 0o600)
  const key = await readFile(keyOf(app))
  await app.close()
  for (const name of ['data.db', 'data.db-wal']) {
    t.notMatch(await readFile(join(app.dir, name), 'latin1').catch(() => ''), /ge\$&heim|geheim2/, name)
  }

  const again = await startCameraApp(t, { dir: app.dir })
  t.same(await readFile(keyOf(app)), key)
  t.match(await untilState(again, 'live'), { url: camera.url, has_credentials: true })
})

t.test('what an earlier server has left plain is encrypted at the start', async (t) => {
  const app = await startCameraApp(t)
  const { server, url } = await startServer(t)
  const { camera_id: id } = await register(app, { url, enabled: false })
  const plain = { url: `${server.url}?pwd=geheim2`, credentials: `viewer:${PASSWORD}`, enabled: true }
  await app.parts.db.camera.update({ where: { id }, data: plain })
  await app.close()
  const again = await startCameraApp(t, { dir: app.dir })
  t.match(await untilState(again, 'live'), { url: `${server.url}?pwd=***`, has_credentials: true })
  t.notMatch(JSON.stringify(await again.parts.db.camera.findMany()), /viewer|heim/)
})

t.test('a camera whose key is lost says so, and runs once its password is entered again', async (t) => {
  const app = await startCameraApp(t)
  const { url } = await startServer(t)
  const { camera_id: id, url: shown } = await register(app, { url })
  await app.close()
  await rm(keyOf(app))
  const again = await startCameraApp(t, { dir: app.dir })
  const camera = await untilState(again, 'refused')
  t.match(camera, { url: shown, has_credentials: true, last_error: { code: 'CAMERA_SECRET_LOST', message_zh: /密钥/ } })
  const change = (body: object) => ask(again, 'PATCH', `/api/cameras/${id}`, body)
  t.match(await change({ name: 'North gate' }), { status: 200, json: { name: 'North gate', state: 'refused' } })
  t.match(await change({ url: shown?.replace('://', '://viewer:x@') }), {
    status: 409,
    json: { code: 'CAMERA_SECRET_LOST' },
  })
  t.match(await change({ url }), { status: 200 })
  await untilState(again, 'live')
})

t.test('a secret of the settings takes over from the key, and another one cannot read it', async (t) => {
  const app = await startCameraApp(t)
  const { url } = await startServer(t)
  await register(app, { url })
  await app.close()
  const env = { CAMERA_SECRET: 'correct horse battery staple' }
  const withSecret = await startCameraApp(t, { dir: app.dir, env })
  await untilState(withSecret, 'live')
  await withSecret.close()
  await rm(keyOf(app))
  const withoutKey = await startCameraApp(t, { dir: app.dir, env })
  await untilState(withoutKey, 'live')
  await withoutKey.close()
  await t.rejects(readFile(keyOf(app)), { code: 'ENOENT' }, 'and needs no file')
  await writeFile(keyOf(app), 'something else\n')
  const wrong = await startCameraApp(t, { dir: app.dir, env: { CAMERA_SECRET: 'another secret of somebody' } })
  t.match(await untilState(wrong, 'refused'), { last_error: { code: 'CAMERA_SECRET_LOST' } })
  t.equal((await listen(wrong)).socket.readyState, 1, 'everything else goes on')
  t.throws(() => loadConfig({ CAMERA_SECRET: 'short' }), { message: /CAMERA_SECRET: must have at least 16/ })
})

t.test('what is encrypted cannot be altered, or put in the place of another', async (t) => {
  const cipher = new SecretCipher(['one secret'])
  const sealed = cipher.seal('viewer:secret', 'a')
  t.equal(cipher.open(sealed, 'a'), 'viewer:secret')
  t.not(cipher.seal('viewer:secret', 'a'), sealed)
  const altered = `v1.${sealed[3] === 'A' ? 'B' : 'A'}${sealed.slice(4)}`
  for (const [text, about] of [
    [sealed, 'b'],
    [altered, 'a'],
    [sealed.slice(0, -4), 'a'],
    ['v1.', 'a'],
    ['', 'a'],
  ] as const) {
    t.throws(() => cipher.open(text, about), { code: 'CAMERA_SECRET_LOST' }, text)
  }
  t.throws(() => new SecretCipher(['another']).open(sealed, 'a'), { code: 'CAMERA_SECRET_LOST' })
  t.equal(new SecretCipher(['another', 'one secret']).open(sealed, 'a'), 'viewer:secret')
})
