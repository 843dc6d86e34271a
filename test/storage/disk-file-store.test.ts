import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { AppError } from '../../src/errors.ts'
import { DiskFileStore } from '../../src/storage/disk-file-store.ts'
import { filesIn } from '../helpers/leftovers.ts'

const options = { maxBytes: 1000, fileName: 'street.jpg' }

t.test('what was put in comes back whole, counted and hashed', async (t) => {
  const dir = t.testdir()
  const store = await DiskFileStore.open(dir)
  const content = randomBytes(1000)
  const told: number[] = []
  const chunks = [content.subarray(0, 1), content.subarray(1, 600), content.subarray(600)]
  const received = await store.receive(Readable.from(chunks), { ...options, onBytes: (bytes) => told.push(bytes) })
  t.equal(received.bytes, 1000)
  t.equal(received.sha256, createHash('sha256').update(content).digest('hex'))
  t.same(told, [1, 600, 1000])
  const key = store.newKey('uploads', '.jpg')
  t.match(await filesIn(dir), [/^\.drafts\//], 'it is nowhere to be seen before it is published')
  await received.publish(key)
  t.ok((await readFile(store.pathOf(key))).equals(content))
  t.same(await filesIn(dir), [key])
  await received.discard()
  t.same(await filesIn(dir), [key], 'discarding what was published changes nothing')
  await store.remove(key)
  await store.remove(key)
  t.same(await filesIn(dir), [])
})

t.test('what cannot be taken in whole leaves nothing, and says why', async (t) => {
  const dir = t.testdir()
  const store = await DiskFileStore.open(dir)
  const failing = (code: string) =>
    Readable.from(
      (async function* () {
        yield Buffer.alloc(10)
        throw Object.assign(new Error(code), { code })
      })(),
    )
  const cutOff = new Readable({ read() {} })
  cutOff.push(Buffer.alloc(10))
  setImmediate(() => cutOff.destroy())
  const cases: Array<[string, Readable, string]> = [
    ['one byte too many', Readable.from([Buffer.alloc(999), Buffer.alloc(2)]), 'UPLOAD_TOO_LARGE'],
    ['a connection that breaks', failing('ECONNRESET'), 'UPLOAD_INTERRUPTED'],
    ['a stream that ends early', cutOff, 'UPLOAD_INTERRUPTED'],
    ['a full disk', failing('ENOSPC'), 'STORAGE_FULL'],
    ['a full quota', failing('EDQUOT'), 'STORAGE_FULL'],
  ]
  for (const [what, content, code] of cases) {
    const err = await store.receive(content, options).catch((err: unknown) => err)
    t.ok(err instanceof AppError, what)
    t.equal((err as AppError).code, code, what)
    t.same(await filesIn(dir), [], what)
  }
  const bug = await store.receive(failing('EBUG'), options).catch((err: unknown) => err)
  t.notOk(bug instanceof AppError, 'a bug stays what it is')
  t.same(await filesIn(dir), [])
})

t.test('content that breaks off while its file is still being opened leaves nothing', async (t) => {
  const dir = t.testdir()
  const slowly: typeof fs.open = Object.assign(
    (...args: unknown[]) => setTimeout(() => (fs.open as (...args: unknown[]) => void)(...args), 50),
    { __promisify__: fs.open.__promisify__ },
  )
  const createWriteStream = (path: string, more: object) =>
    fs.createWriteStream(path, { ...more, fs: { open: slowly, write: fs.write, close: fs.close } })
  const mocks = { 'node:fs': { ...fs, createWriteStream } }
  const module: typeof import('../../src/storage/disk-file-store.ts') = await t.mockImport(
    '../../src/storage/disk-file-store.js',
    mocks,
  )
  const store = await module.DiskFileStore.open(dir)
  const content = new Readable({ read() {} })
  const received = store.receive(content, options).catch((err: unknown) => err)
  content.push(Buffer.alloc(10))
  await new Promise(setImmediate)
  content.destroy(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))
  t.match(await received, { code: 'UPLOAD_INTERRUPTED' })
  await sleep(100)
  t.same(await filesIn(dir), [])
})

t.test('just the largest size is taken', async (t) => {
  const store = await DiskFileStore.open(t.testdir())
  t.equal((await store.receive(Readable.from([Buffer.alloc(1000)]), options)).bytes, 1000)
})

t.test('keys are never given twice, and tell the kind and the day', async (t) => {
  const store = await DiskFileStore.open(t.testdir())
  const keys = Array.from({ length: 100 }, () => store.newKey('detection_results', '.jpg'))
  t.equal(new Set(keys).size, 100)
  const today = new Date().toISOString().slice(0, 10)
  for (const key of keys) t.ok(key.startsWith(`detection_results/${today}/result_`) && key.endsWith('.jpg'))
  t.match(store.newKey('thumbnails', '.webp'), /^thumbnails\/[\d-]+\/thumb_/)
  t.match(basename(store.newKey('uploads', '.png')), /^[0-9a-f-]{36}\.png$/)
})

t.test('no key leaves the store or reaches a draft', async (t) => {
  const store = await DiskFileStore.open(t.testdir())
  for (const key of [
    '',
    '.',
    '..',
    '../x',
    'uploads/../../x',
    '/../x',
    '.drafts/x',
    'a/../.drafts/x',
    'a\0b',
    'uploads/..',
  ]) {
    t.throws(() => store.pathOf(key), RangeError, JSON.stringify(key))
    await t.rejects(store.remove(key), RangeError)
    await t.rejects(store.draft().publish(key), RangeError)
  }
})

t.test('drafts that an earlier process left go when the store is opened; files stay', async (t) => {
  const dir = t.testdir()
  const store = await DiskFileStore.open(dir)
  const draft = await store.receive(Readable.from([Buffer.alloc(10)]), options)
  const key = store.newKey('uploads', '.jpg')
  await (await store.receive(Readable.from([Buffer.alloc(10)]), options)).publish(key)
  await mkdir(join(dir, '.drafts', 'folder'))
  await writeFile(join(dir, '.drafts', 'folder', 'file'), '')
  await t.rejects(DiskFileStore.open(dir), /Another server is using the directory/)
  store.close()
  await DiskFileStore.open(dir)
  t.same(await filesIn(dir), [key])
  await draft.discard()
})

t.test('the newest days are told, and only those', async (t) => {
  const dir = t.testdir({
    uploads: {
      '2026-01-01': { 'a.jpg': '' },
      '2026-01-02': { 'b.jpg': '', 'c.jpg': '' },
      '2026-01-03': { 'd.jpg': '' },
    },
  })
  const store = await DiskFileStore.open(dir)
  const keys = ['uploads/2026-01-02/b.jpg', 'uploads/2026-01-02/c.jpg', 'uploads/2026-01-03/d.jpg']
  t.same(await store.newestKeys('uploads', 2), keys)
  t.same(await store.newestKeys('thumbnails', 2), [])
})

t.test('the store tells how large a file is, and how much room there is', async (t) => {
  const store = await DiskFileStore.open(t.testdir())
  const key = store.newKey('uploads', '.jpg')
  t.equal(await store.sizeOf(key), 0, 'what is not there has no size')
  const received = await store.receive(Readable.from([Buffer.alloc(700)]), options)
  await received.publish(key)
  t.equal(await store.sizeOf(key), 700)
  await t.rejects(store.sizeOf('../outside'), RangeError)
  const { freeBytes, totalBytes } = await store.space()
  t.ok(freeBytes > 0 && freeBytes <= totalBytes, `${freeBytes} of ${totalBytes}`)
})
