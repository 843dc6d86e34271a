import type { AddressInfo } from 'node:net'
import { createServer, isIP } from 'node:net'
import t from 'tap'
import { AddressGuard } from '../../src/streams/stream-address.ts'
import { parseStreamUrl, plainUrl, shownUrl, withoutSecrets } from '../../src/streams/stream-url.ts'
import { listen, startApp } from '../helpers/app.ts'
import { captureLog } from '../helpers/log.ts'
import { startWithPeople } from '../helpers/people.ts'
import { ask, register, startCameraApp, stateOf, street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'

t.test('only addresses of the public internet may be connected to, however they are written', async (t) => {
  const app = await startApp(t)
  const hosts = [
    ...['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '0.0.0.0', 'localhost', 'LOCALHOST'],
    ...['10.0.0.1', '172.16.5.4', '192.168.1.20', '169.254.169.254', '100.64.0.1', '100.100.100.200', '168.63.129.16'],
    ...['224.0.0.1', '255.255.255.255', '198.18.0.1', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'],
    ...['[fe80::1]', '[fd00::1]', '[ff02::1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[fd00:ec2::254]'],
  ]
  for (const host of hosts) {
    for (const scheme of ['rtsp', 'http']) {
      const { status, json } = await ask(app, 'POST', '/api/cameras', { name: 'x', url: `${scheme}://${host}:8080/a` })
      t.match({ status, code: json.code }, { status: 422, code: 'CAMERA_URL_REFUSED' }, `${scheme} ${host}`)
    }
  }
  t.match((await ask(app, 'GET', '/api/cameras')).json, { items: [] })
})

t.test('only streams may be addressed', async (t) => {
  const app = await startApp(t)
  const urls = [
    ...['file:///etc/passwd', 'ftp://example.org/a', 'concat:http://example.org/a', 'rtmp://example.org/a', 'data:,a'],
    ...[
      'http:/example.org',
      'http://',
      'rtsp://',
      'rtsp://exa mple.org/',
      'http://example.org\\@127.0.0.1/',
      'example.org',
    ],
    ...['tcp://example.org:80', 'rtsp://example.org:0/', 'rtsp://example.org:99999/', 'gopher://example.org/'],
  ]
  for (const url of urls) {
    const { status, json } = await ask(app, 'POST', '/api/cameras', { name: 'x', url })
    t.match({ status, code: json.code }, { status: 422, code: 'CAMERA_URL_REFUSED' }, url)
  }
})

t.test('ranges that the settings allow are allowed, but never what gives clouds their credentials', async (t) => {
  const guard = new AddressGuard(['127.0.0.0/8', '169.254.0.0/16', '100.64.0.0/10', 'fd00::/8'])
  for (const address of [
    '127.0.0.1',
    '::ffff:127.0.0.1',
    '169.254.7.7',
    '100.64.1.1',
    'fd12::1',
    '8.8.8.8',
    '2606:4700::1',
  ]) {
    t.ok(guard.allows(address), address)
  }
  for (const address of [
    '169.254.169.254',
    '::ffff:169.254.169.254',
    '100.100.100.200',
    'fd00:ec2::254',
    '10.0.0.1',
    '::1',
    'name',
  ]) {
    t.notOk(guard.allows(address), address)
  }
})

t.test('a name is refused as a whole where one of its addresses is not public', async (t) => {
  const guardOf = (addresses: string[], privateRanges: string[] = []) =>
    new AddressGuard(privateRanges, async () => addresses.map((address) => ({ address, family: isIP(address) })))
  for (const addresses of [
    ['10.0.0.1'],
    ['127.0.0.1', '::1'],
    ['8.8.8.8', '10.0.0.1'],
    ['10.0.0.1', '8.8.8.8'],
    ['2606:4700::1', 'fd00::1'],
    ['8.8.8.8', '::ffff:192.168.1.1'],
    ['8.8.8.8', '169.254.169.254'],
  ]) {
    await t.rejects(guardOf(addresses).resolve('camera.example'), { code: 'CAMERA_URL_REFUSED' }, addresses.join())
  }
  t.same(await guardOf(['8.8.8.8', '2606:4700::1']).resolve('camera.example'), [
    { address: '8.8.8.8', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ])
  t.same(await guardOf(['10.0.0.1', '8.8.8.8'], ['10.0.0.0/8']).resolve('camera.example'), [
    { address: '10.0.0.1', family: 4 },
    { address: '8.8.8.8', family: 4 },
  ])
  const unknown = new AddressGuard([], () => Promise.reject(new Error('ENOTFOUND')))
  await t.rejects(unknown.resolve('camera.example'), { code: 'CAMERA_UNREACHABLE' })
})

t.test('an address is taken apart, and shown without what is secret', async (t) => {
  const url = parseStreamUrl('RTSP://user:p%40ss@Camera.example.org:80/a?channel=1&pwd=b&token=c#d')
  t.match(url, { scheme: 'rtsp', host: 'camera.example.org', port: 80, credentials: 'user:p%40ss' })
  t.equal(plainUrl(url), 'rtsp://camera.example.org:80/a?channel=1&pwd=b&token=c')
  t.equal(shownUrl(plainUrl(url)), 'rtsp://camera.example.org:80/a?channel=1&pwd=***&token=***')
  t.equal(plainUrl(parseStreamUrl('https://[2606:4700::1]:443/')), 'https://[2606:4700::1]/')
  t.equal(withoutSecrets('at rtsp://u:p@h/?a=1&key=2'), 'at rtsp://***@h/?a=1&key=***')
})

t.test('a redirect to a private address is not followed, one to an allowed address is', async (t) => {
  const app = await startCameraApp(t, { env: { CAMERA_PRIVATE_RANGES: '127.0.0.1/32' } })
  const server = await MjpegServer.start(t, await street())
  let isReached = false
  const inside = createServer(() => {
    isReached = true
  })
  await new Promise<void>((resolve) => inside.listen(0, '127.0.0.2', resolve))
  t.teardown(async () => inside.close())
  const { port } = inside.address() as AddressInfo
  const listener = await listen(app)
  for (const location of [
    `http://127.0.0.2:${port}/`,
    'http://169.254.169.254/latest/',
    'file:///etc/passwd',
    'rtsp://127.0.0.1/',
  ]) {
    server.answer = (_request, response) => response.writeHead(302, { location }).end()
    const camera = await register(app, { url: server.url, name: location })
    const { data } = await stateOf(listener, camera, ({ state }) => state === 'refused')
    t.match(data, { next_try_at: null, last_error: { code: 'CAMERA_URL_REFUSED' } }, location)
    await ask(app, 'DELETE', `/api/cameras/${camera.camera_id}`)
  }
  t.notOk(isReached)
  server.answer = (request, response) => {
    if (request.url === '/other') server.stream(response)
    else response.writeHead(302, { location: '/other' }).end()
  }
  const camera = await register(app, { url: server.url })
  await stateOf(listener, camera, ({ state }) => state === 'live')
})

t.test('a playlist is not followed, and a page is no stream', async (t) => {
  const app = await startCameraApp(t)
  const server = await MjpegServer.start(t, await street())
  const listener = await listen(app)
  const bodies = [
    ['application/vnd.apple.mpegurl', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n', /playlist/],
    ['application/sdp', 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n', /playlist/],
    ['video/mp2t', "ffconcat version 1.0\nfile '/etc/passwd'\n", /playlist/],
    ['text/html', '<html></html>', /text\/html/],
  ] as const
  for (const [type, body, message] of bodies) {
    server.answer = (_request, response) => response.writeHead(200, { 'content-type': type }).end(body)
    const camera = await register(app, { url: server.url })
    const { data } = await stateOf(listener, camera, ({ state }) => state === 'waiting')
    t.match(data.last_error, { code: 'CAMERA_STREAM_UNSUPPORTED', message }, type)
    await ask(app, 'DELETE', `/api/cameras/${camera.camera_id}`)
  }
})

t.test('passwords reach the camera and nobody else', async (t) => {
  const app = await startCameraApp(t, { env: { LOG_LEVEL: 'trace' } })
  const lines = captureLog(app.app.log)
  const server = await MjpegServer.start(t, await street())
  server.answer = ({ headers }, response) => {
    if (headers.authorization === `Basic ${btoa('viewer:geheim')}`) server.stream(response)
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="camera"' }).end()
  }
  const listener = await listen(app)
  const url = server.url.replace('://', '://viewer:geheim@')
  const camera = await register(app, { url: `${url}?channel=1&pwd=geheim2` })
  t.match(camera, { has_credentials: true, url: `${server.url}?channel=1&pwd=***` })
  await stateOf(listener, camera, ({ state }) => state === 'live')
  const { json } = await ask(app, 'PATCH', `/api/cameras/${camera.camera_id}`, { url: camera.url })
  t.match(json, { has_credentials: true, url: camera.url }, 'the address as it was shown changes nothing')
  await ask(app, 'POST', `/api/cameras/${camera.camera_id}/restart`)

  const wrong = await register(app, { url: url.replace('geheim', 'falsch'), name: 'Wrong' })
  const { data } = await stateOf(listener, wrong, ({ state }) => state === 'refused')
  t.match(data.last_error, { code: 'CAMERA_CREDENTIALS_REFUSED' }, 'and is not tried until the camera locks it out')
  const list = await ask(app, 'GET', '/api/cameras')
  const said = [...lines, JSON.stringify(list.json), JSON.stringify(listener.heard), JSON.stringify(json)].join('\n')
  t.ok(said.includes(camera.camera_id))
  t.notMatch(said, /geheim|falsch|viewer/)
})

t.test('only administrators register cameras, and everyone sees what they may', async (t) => {
  const { app, call, people } = await startWithPeople(t, { env: { CAMERA_PRIVATE_RANGES: '127.0.0.0/8' } })
  const url = 'http://127.0.0.1:9/video'
  for (const who of ['user', 'analyst'] as const) {
    t.equal((await call(who, 'POST', '/api/cameras', { name: 'x', url })).status, 403)
  }
  const hears = async (who: keyof typeof people) => listen(app, `?token=${people[who].token}`)
  const [user, analyst] = [await hears('user'), await hears('analyst')]
  const open = (await call('administrator', 'POST', '/api/cameras', { name: 'open', url, audience: 'everyone' })).json
  const inner = (await call('administrator', 'POST', '/api/cameras', { name: 'inner', url })).json
  for (const who of ['user', 'analyst'] as const) {
    for (const [method, path] of [
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/restart'],
    ] as const) {
      const body = method === 'PATCH' ? { name: 'y' } : undefined
      t.equal((await call(who, method, `/api/cameras/${open.camera_id}${path}`, body)).status, 403)
    }
  }
  const names = async (who: 'user' | 'analyst' | 'administrator') =>
    (await call(who, 'GET', '/api/cameras')).json.items.map((item: { name: string; url: string | null }) => [
      item.name,
      item.url,
    ])
  t.same(await names('user'), [['open', null]])
  t.same(await names('analyst'), [
    ['open', null],
    ['inner', null],
  ])
  t.same(await names('administrator'), [
    ['open', url],
    ['inner', url],
  ])
  await stateOf(analyst, inner, ({ state }) => state === 'waiting')
  await stateOf(user, open, ({ state }) => state === 'waiting')
  await call('administrator', 'PATCH', `/api/cameras/${open.camera_id}`, { name: 'open to all' })
  await stateOf(user, open, ({ name }) => name === 'open to all')
  t.same(
    user.of('camera_state').filter(({ data }) => data.camera_id === inner.camera_id),
    [],
  )
  t.equal((await call('administrator', 'PATCH', '/api/cameras/cam_none', { name: 'x' })).json.code, 'CAMERA_NOT_FOUND')
})
