import { writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { RtspRelay } from '../../src/streams/rtsp-relay.ts'
import { parseStreamUrl } from '../../src/streams/stream-url.ts'
import { listen } from '../helpers/app.ts'
import { register, startCameraApp, stateOf, street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'
import { ownCertificate } from './own-certificate.ts'
import { RtspServer } from './rtsp-server.ts'

t.test('a camera whose certificate nobody vouches for is told nothing, not even the password', async (t) => {
  const app = await startCameraApp(t)
  const tls = ownCertificate()
  const [rtsp, mjpeg] = [
    await RtspServer.start(t, app.dir, null, tls),
    await MjpegServer.start(t, await street(), 0, tls),
  ]
  const listener = await listen(app)
  for (const url of [`rtsps://viewer:secret@${rtsp.address}/live`, mjpeg.url.replace('://', '://viewer:secret@')]) {
    const camera = await register(app, { url })
    const { data } = await stateOf(listener, camera, ({ state }) => state === 'waiting')
    t.match(data.last_error, { code: 'CAMERA_UNREACHABLE', message: /certificate is not trusted/, message_zh: /证书/ })
  }
  t.same([rtsp.requests, mjpeg.requests], [[], []])
})

t.test('a camera that begins a handshake and does not go on with it is not waited for', async (t) => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket.on('error', () => {})))
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const { port } = silent.address() as AddressInfo
  const opening = RtspRelay.open(
    parseStreamUrl(`rtsps://127.0.0.1:${port}/live`),
    [{ address: '127.0.0.1', family: 4 }],
    200,
  )
  await t.rejects(opening, {
    code: 'CAMERA_UNREACHABLE',
    details: { reason: 'it does not answer', reason_zh: '没有应答' },
  })
  t.equal(sockets.length, 1)
})

t.test('a certificate that the settings vouch for is trusted', async (t) => {
  const dir = t.testdir()
  const tls = ownCertificate()
  const CAMERA_CA_FILE = join(dir, 'cameras.pem')
  await writeFile(CAMERA_CA_FILE, tls.cert)
  const app = await startCameraApp(t, { dir, env: { CAMERA_CA_FILE } })
  const [rtsp, mjpeg] = [
    await RtspServer.start(t, app.dir, null, tls),
    await MjpegServer.start(t, await street(), 0, tls),
  ]
  const listener = await listen(app)
  for (const url of [`rtsps://${rtsp.address}/live`, mjpeg.url]) {
    const camera = await register(app, { url })
    await listener.until('camera_sign', ({ data }) => data.camera_id === camera.camera_id)
    const { data } = await stateOf(listener, camera, ({ state }) => state === 'live')
    t.match(data, { width: 640, height: 480, last_error: null }, url)
  }
})
