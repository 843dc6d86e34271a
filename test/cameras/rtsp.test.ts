import t from 'tap'
import { listen } from '../helpers/app.ts'
import { register, startCameraApp, stateOf } from './camera-fixture.ts'
import { RtspServer } from './rtsp-server.ts'

t.test('a camera that speaks RTSP is watched over TCP, with its password', async (t) => {
  const app = await startCameraApp(t)
  const server = await RtspServer.start(t, app.dir, { user: 'viewer', password: 'p@ss' })
  const listener = await listen(app)
  const camera = await register(app, { url: `rtsp://viewer:p%40ss@${server.address}/live?channel=1` })
  const { data } = await stateOf(listener, camera, ({ state, fps }) => state === 'live' && fps > 1)
  t.match(data, { width: 640, height: 480, last_error: null })
  await listener.until('camera_sign', ({ data }) => data.sign.class_code === 'pl60')
  t.ok(server.requests.some((request) => /^SETUP [\s\S]*interleaved=/.test(request)))
  t.ok(server.requests.every((request) => /^\w+ rtsp:\/\/127\.0\.0\.1:\d+\/live/.test(request)))

  const wrong = await register(app, { url: `rtsp://viewer:wrong@${server.address}/live`, name: 'Wrong' })
  const refused = await stateOf(listener, wrong, ({ state }) => state === 'refused')
  t.match(refused.data.last_error, { code: 'CAMERA_CREDENTIALS_REFUSED' })
})

t.test('a redirect over RTSP is not followed', async (t) => {
  const app = await startCameraApp(t)
  const [server, inside] = [await RtspServer.start(t, app.dir), await RtspServer.start(t, app.dir)]
  server.redirectTo = `rtsp://${inside.address}/live`
  const listener = await listen(app)
  const camera = await register(app, { url: `rtsp://${server.address}/live` })
  const { data } = await stateOf(listener, camera, ({ state }) => state === 'refused')
  t.match(data.last_error, { code: 'CAMERA_URL_REFUSED', message: /redirect/ })
  t.same(inside.requests, [])
})

t.test('what does not speak RTSP is said to', async (t) => {
  const app = await startCameraApp(t)
  const listener = await listen(app)
  const camera = await register(app, { url: `rtsp://127.0.0.1:${app.port}/live` })
  const { data } = await stateOf(listener, camera, ({ state }) => state === 'waiting')
  t.match(data.last_error, { code: 'CAMERA_STREAM_UNSUPPORTED', message: /RTSP/ })
})
