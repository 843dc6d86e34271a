import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import type { Clock } from '../../src/client/index.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { fixture, startApp } from '../helpers/app.ts'
import { eventually, leftovers, nothing } from '../helpers/leftovers.ts'
import { SpawnedServer } from '../server/spawn-server.ts'
import { makeClient } from './client-fixture.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const content = Buffer.concat([photo, randomBytes(3_000_000)])
const sha256 = createHash('sha256').update(content).digest('hex')
const file = { name: '道路.jpg', blob: new Blob([content]) }
const KIB = 1024
const atOnce = { random: () => 0 }

const start = (t: Test, env: Record<string, string> = {}) => startApp(t, { analyzer: new ScriptedAnalyzer(), env })

/** Passes on what is sent to `port`, until `maxBytes` have come over one connection: then that breaks. */
async function badLine(t: Test, port: number, maxBytes: number) {
  const line = { port, broken: 0, maxBytes, origin: '' }
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(line.port, '127.0.0.1')
    let bytes = 0
    const close = () => [near, far].forEach((socket) => void socket.destroy())
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', close).on('close', close)
    }
    far.pipe(near)
    near.on('data', (chunk) => {
      bytes += chunk.length
      far.write(chunk)
      if (bytes <= line.maxBytes) return
      line.broken++
      close()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  line.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return line
}

t.test('a file goes in pieces, and its upload comes back', async (t) => {
  const app = await start(t)
  const client = makeClient(t, { origin: app.origin })
  const shares: number[] = []
  const ids: string[] = []
  const options = { maxPieceBytes: 500 * KIB, onProgress: (share: number) => shares.push(share) }
  const upload = await client.uploadResumable(file, { ...options, onBegin: (id) => ids.push(id) })
  t.match(upload, { sha256, file_name: '道路.jpg', file_size: content.length, media_type: 'image/jpeg' })
  t.same(ids, [upload.upload_id])
  t.same(
    shares,
    shares.toSorted((a, b) => a - b),
  )
  t.equal(shares.at(-1), 1)
  t.ok(shares.length >= 6, `${shares.length} pieces`)
  t.same(await client.call('GET /api/uploads/:upload_id', { params: { upload_id: upload.upload_id } }), upload)
})

t.test('it survives a line that breaks again and again', async (t) => {
  const app = await start(t)
  const line = await badLine(t, app.port, 400_000)
  const client = makeClient(t, { origin: line.origin, ...atOnce })
  const upload = await client.uploadResumable(file)
  t.equal(upload.sha256, sha256)
  t.ok(line.broken >= 3, `${line.broken} times`)
  t.equal((await leftovers(app)).files.length, 1)
})

t.test('it survives a server that is killed and comes back', async (t) => {
  const dir = t.testdir()
  const first = await new SpawnedServer(t, dir).ready()
  const line = await badLine(t, first.port, Number.MAX_SAFE_INTEGER)
  const client = makeClient(t, { origin: line.origin, random: () => 0.2 })
  let hasBeenKilled = false
  const upload = await client.uploadResumable(file, {
    maxPieceBytes: 300 * KIB,
    onProgress: (share) => {
      if (share < 0.3 || hasBeenKilled) return
      hasBeenKilled = true
      first.process.kill('SIGKILL')
      void first.ended
        .then(() => new SpawnedServer(t, dir).ready())
        .then(({ port }) => {
          line.port = port
        })
    },
  })
  t.ok(hasBeenKilled)
  t.equal(upload.sha256, sha256)
})

t.test('answers that are lost, also the last one, cost nothing but asking', async (t) => {
  const app = await start(t)
  const asked: string[] = []
  const losing: typeof fetch = async (url, init) => {
    const answer = await fetch(url, init)
    asked.push(String(init?.method))
    if (init?.method === 'PATCH') throw new TypeError('lost')
    return answer
  }
  const client = makeClient(t, { origin: app.origin, fetch: losing, ...atOnce })
  const upload = await client.uploadResumable(file)
  t.equal(upload.sha256, sha256)
  t.same(asked.slice(0, 3), ['POST', 'PATCH', 'HEAD'])
  t.same(asked.slice(-3), ['PATCH', 'HEAD', 'GET'])
})

t.test('another process goes on where the first one was, and begins anew where nothing is left', async (t) => {
  const app = await start(t)
  let uploadId = ''
  const dying = makeClient(t, {
    ...{ origin: app.origin, ...atOnce },
    fetch: async (url, init) => {
      if (init?.method === 'PATCH' && new Headers(init.headers).get('upload-offset') !== '0')
        throw new SyntaxError('dies')
      return fetch(url, init)
    },
  })
  const first = dying.uploadResumable(file, { onBegin: (id) => (uploadId = id), patienceMs: -1 })
  await t.rejects(first, { code: 'NETWORK' })
  const shares: number[] = []
  const client = makeClient(t, { origin: app.origin })
  const upload = await client.uploadResumable(file, { uploadId, onProgress: (share) => shares.push(share) })
  t.match(upload, { upload_id: uploadId, sha256 })
  t.ok((shares[0] ?? 0) > 0.3, `from ${shares[0]}`)
  t.same(await client.uploadResumable(file, { uploadId }), upload, 'what is complete is complete')

  const small = { name: 'a.jpg', blob: new Blob([photo]) }
  const other = await client.uploadResumable(small, { uploadId })
  t.not(other.upload_id, uploadId, 'a file of another size is another one')
  const none = await client.uploadResumable(small, { uploadId: `up_${crypto.randomUUID()}` })
  t.equal(none.file_size, photo.length)
})

t.test('who gives up leaves nothing', async (t) => {
  const app = await start(t)
  const client = makeClient(t, { origin: app.origin })
  const stop = new AbortController()
  const onProgress = (share: number) => share > 0.3 && stop.abort(new Error('enough'))
  const given = client.uploadResumable(file, { signal: stop.signal, onProgress, maxPieceBytes: 300 * KIB })
  await t.rejects(given, { message: 'enough' })
  await eventually(
    () => leftovers(app),
    ({ files }) => files.length === 0,
  )
  await t.rejects(client.uploadResumable(file, { signal: AbortSignal.abort(new Error('never')) }), { message: 'never' })
  t.same(await leftovers(app), nothing)
})

t.test('what is refused is not tried again', async (t) => {
  const app = await start(t, { MAX_VIDEO_UPLOAD_BYTES: '1000000' })
  let requests = 0
  const counting: typeof fetch = (url, init) => {
    requests++
    return fetch(url, init)
  }
  const client = makeClient(t, { origin: app.origin, fetch: counting })
  const notes = { name: 'notes.jpg', blob: new Blob(['only text']) }
  await t.rejects(client.uploadResumable(notes), { code: 'UNSUPPORTED_MEDIA', status: 415 })
  t.equal(requests, 2)
  await t.rejects(client.uploadResumable(file), { code: 'UPLOAD_TOO_LARGE', status: 413 })
  await t.rejects(client.uploadResumable({ name: 'a', blob: new Blob([]) }), { code: 'EMPTY_FILE' })
  t.same(await leftovers(app), nothing)
})

t.test('where nothing gets through for long it gives up, having asked less and less often', async (t) => {
  const delays: number[] = []
  let nowMs = 0
  const clock: Clock = {
    now: () => nowMs,
    clearTimeout: () => {},
    setTimeout: (run, delayMs) => {
      // The limit of a single answer is not what this is about.
      if (delayMs >= 120_000) return
      nowMs += delayMs
      delays.push(delayMs)
      void sleep(0).then(run)
    },
  }
  const unreachable = () => Promise.reject(new TypeError('no line'))
  const client = makeClient(t, { origin: 'http://localhost:1', fetch: unreachable, clock, random: () => 1 })
  await t.rejects(client.uploadResumable(file, { patienceMs: 100_000 }), { code: 'NETWORK' })
  t.same(delays.slice(0, 7), [500, 1000, 2000, 4000, 8000, 15_000, 15_000])
  t.ok(nowMs > 100_000 && nowMs < 120_000, `${nowMs}`)
})
