import { createHash, randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { DiskFileStore } from '../../src/storage/disk-file-store.ts'
import { DiskPartialFiles } from '../../src/storage/disk-partial-files.ts'

const content = randomBytes(10_000)
const file = { id: 'up_00000000-0000-4000-8000-000000000000', userId: 1, fileName: 'a.jpg', length: content.length }
const plain = { expected: null, onBytes: () => {} }
const sha256 = createHash('sha256').update(content).digest('hex')

async function open(t: Test, dir = t.testdir()) {
  const store = await DiskFileStore.open(dir)
  const partial = await DiskPartialFiles.open(store)
  return { dir, store, partial }
}

async function* pieces(...all: Array<Uint8Array | Error>): AsyncIterable<Buffer> {
  for (const piece of all) {
    if (piece instanceof Error) throw piece
    yield Buffer.from(piece)
  }
}

const failure = (code: string) => Object.assign(new Error(code), { code })

t.test('what was written before the disk is full stays, and the rest follows', async (t) => {
  const { partial } = await open(t)
  await partial.create(file)
  for (const [n, code] of ['ENOSPC', 'EDQUOT'].entries()) {
    const piece = content.subarray(n * 1000, (n + 1) * 1000)
    await t.rejects(partial.append(file.id, pieces(piece, failure(code)), plain), { code: 'STORAGE_FULL' })
    t.equal((await partial.stateOf(file.id)).bytes, (n + 1) * 1000)
  }
  await partial.append(file.id, pieces(content.subarray(2000)), plain)
  t.equal((await partial.whole(file.id)).sha256, sha256)
})

t.test('a file that came over several processes has the hash of the whole', async (t) => {
  const first = await open(t)
  await first.partial.create(file)
  await first.partial.append(file.id, pieces(content.subarray(0, 4000)), plain)
  first.store.close()
  const second = await open(t, first.dir)
  t.same(second.partial.list(), [file])
  await second.partial.append(file.id, pieces(content.subarray(4000, 5000), content.subarray(5000)), plain)
  const whole = await second.partial.whole(file.id)
  t.match(whole, { bytes: content.length, sha256 })
  const key = second.store.newKey('uploads', '.jpg')
  await whole.publish(key)
  t.equal(await second.store.sizeOf(key), content.length)
  t.equal((await second.partial.whole(file.id)).sha256, sha256, 'it is still there, should its row fail')
  await whole.discard()
  t.same(await readdir(second.store.partialDir), [])
  t.equal(await second.store.sizeOf(key), content.length)
})

t.test('bytes that are refused after others leave the hash of those', async (t) => {
  const { partial } = await open(t)
  await partial.create(file)
  await partial.append(file.id, pieces(content.subarray(0, 4000)), plain)
  const expected = { algorithm: 'sha1', digest: createHash('sha1').update('other').digest() }
  const checked = { expected, onBytes: () => {} }
  await t.rejects(partial.append(file.id, pieces(content.subarray(4000)), checked), { code: 'CHECKSUM_MISMATCH' })
  await t.rejects(partial.append(file.id, pieces(content.subarray(4000), failure('ENOSPC')), checked), {
    code: 'STORAGE_FULL',
  })
  await t.rejects(partial.append(file.id, pieces(content), plain), {
    code: 'UPLOAD_TOO_LARGE',
    details: { max_bytes: 10_000 },
  })
  t.equal((await partial.stateOf(file.id)).bytes, 4000)
  await partial.append(file.id, pieces(content.subarray(4000)), plain)
  t.equal((await partial.whole(file.id)).sha256, sha256)
})

t.test('no key and no id leads to what is hidden', async (t) => {
  const { partial, store } = await open(t)
  for (const key of ['.partial/x', '.drafts/x']) t.throws(() => store.pathOf(key), { name: 'RangeError' })
  await t.rejects(partial.stateOf('../data.db'), { name: 'RangeError' })
  await t.rejects(partial.create({ ...file, id: 'up_../../x' }))
})
