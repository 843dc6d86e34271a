import { existsSync } from 'node:fs'
import { readdir, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { FFmpegError, PosixError } from 'node-av/lib'
import t from 'tap'
import type { Detection } from '../../src/contract/index.ts'
import { AppError } from '../../src/errors.ts'
import type { StreamMessage } from '../../src/streams/messages.ts'
import { openStream } from '../../src/streams/open-stream.ts'
import { readPeriod } from '../../src/streams/period.ts'
import { AddressGuard } from '../../src/streams/stream-address.ts'
import { parseStreamUrl } from '../../src/streams/stream-url.ts'
import { StreamWatch } from '../../src/streams/stream-watch.ts'
import { BestPictures } from '../../src/video/best-pictures.ts'
import type { DetectorThread } from '../../src/video/detector-thread.ts'
import { isDiskFull } from '../../src/video/disk-full.ts'
import { WorkFolder } from '../../src/video/work-state.ts'
import { stopSign } from '../helpers/analyzers.ts'
import { street } from './camera-fixture.ts'
import { MjpegServer } from './mjpeg-server.ts'
import type { Scope } from './scope.ts'

const otherSign: Detection = { ...stopSign, class_code: 'pl60', bbox: [300, 300, 340, 340] }
/** A file on a disk that is always full. */
const FULL = '/dev/full'
const needsFullDisk = existsSync(FULL) ? {} : { skip: `needs ${FULL}` }

/** A stream that is watched in this process, with signs that the test puts in. */
class TestWatch {
  signs: Detection[] = [stopSign]
  looks = 0
  readonly told: StreamMessage[] = []
  readonly watch: StreamWatch
  readonly workDir: string
  /** What it ends with. */
  ended: Promise<unknown> = Promise.resolve()
  #checks: Array<() => void> = []

  private constructor(workDir: string) {
    this.workDir = workDir
    const detect = async () => {
      this.looks++
      return this.signs
    }
    const detector = { model: { dir: '', precision: 'fp32' as const }, expected: { name: 'scripted', version: '1' } }
    const how = { mode: 'fast' as const, confidenceThreshold: 0.5, frameRate: null, isDrawn: true }
    const limits = { maxPixels: 1e6 }
    this.watch = new StreamWatch(
      { url: '', privateRanges: [], limits, detector, ...how, taskPrefix: 'task_', workDir, periodMs: 3_600_000 },
      { detect } as unknown as DetectorThread,
      (message) => this.#hear(message),
    )
  }

  static async start(t: Scope & { testdir(): string }): Promise<TestWatch> {
    const test = new TestWatch(t.testdir())
    const server = await MjpegServer.start(t, await street())
    const video = await openStream(parseStreamUrl(server.url), new AddressGuard(['127.0.0.0/8']), { maxPixels: 1e6 })
    test.ended = test.watch.run(video).catch((err) => err)
    t.teardown(async () => {
      await server.stop()
      await test.ended
      await video[Symbol.asyncDispose]()
    })
    return test
  }

  /** The first message of the kind, heard already or still to come, that fits. */
  until<K extends StreamMessage['kind']>(
    kind: K,
    fits: (message: Extract<StreamMessage, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<StreamMessage, { kind: K }>> {
    type Wanted = Extract<StreamMessage, { kind: K }>
    return new Promise((resolve) => {
      const check = () => {
        const found = this.told.find((message): message is Wanted => message.kind === kind && fits(message as Wanted))
        if (found !== undefined) resolve(found)
      }
      this.#checks.push(check)
      check()
    })
  }

  #hear(message: StreamMessage): void {
    this.told.push(message)
    for (const check of this.#checks) check()
  }
}

t.test('whoever asks a stream to finish, once more or not, hears of it when everything is saved', async (t) => {
  const test = await TestWatch.start(t)
  const { cropTask } = await test.until('sign')
  const dir = join(test.workDir, cropTask as string)
  await Promise.race([test.watch.finish(), test.watch.finish()])
  t.match(await readPeriod(dir), { tracks: [{ crop: 'crop-1.webp' }], poster: 'poster.jpg' })
  t.same((await readdir(dir)).sort(), ['crop-1.webp', 'period.json', 'poster.jpg', 'thumbnail.webp'])
  t.same(
    test.told.filter(({ kind }) => kind === 'period'),
    [{ kind: 'period', dir }],
  )
  const { looks } = test
  const seen = test.told.length
  await test.until('figures', (message) => test.told.indexOf(message) >= seen)
  t.equal(test.looks, looks, 'nothing is looked at any more')
})

t.test('a disk that is full is what a stream ends with, and no model that failed', needsFullDisk, async (t) => {
  const test = await TestWatch.start(t)
  const { cropTask } = await test.until('sign')
  const path = join(test.workDir, cropTask as string, 'crop-2.webp.part')
  await symlink(FULL, path)
  test.signs = [stopSign, otherSign]
  const err = await test.ended
  t.ok(isDiskFull(err), String(err))
  t.notOk(err instanceof AppError)
  await rm(path)
  await test.watch.finish()
  const names = await readdir(join(path, '..'))
  t.ok(names.includes('crop-2.webp'), 'what could not be written is kept in mind')
})

t.test('a model that fails is what a stream ends with', async (t) => {
  const test = await TestWatch.start(t)
  await test.until('live')
  Object.defineProperty(test, 'signs', {
    get: () => {
      throw new Error('out of memory')
    },
  })
  t.match(await test.ended, { code: 'MODEL_ERROR', cause: { message: 'out of memory' } })
})

t.test('pictures that cannot be written are written once there is room', needsFullDisk, async (t) => {
  const folder = new WorkFolder(t.testdir())
  const best = new BestPictures(folder, -1)
  const picture = { data: Buffer.alloc(64 * 48 * 3, 200), width: 64, height: 48 }
  const { class_code, class_name, class_name_en, category, confidence, bbox } = stopSign
  const signClass = { class_code, class_name, class_name_en, category }
  best.add(picture, [{ trackId: 1, signClass, confidence, bbox, isSeen: true }], [{ trackId: 1, bbox }])
  const names = ['crop-1.webp', 'poster.jpg', 'thumbnail.webp']
  for (const name of names) {
    await symlink(FULL, folder.pathOf(`${name}.part`))
    const err = await best.save(() => true).catch((cause) => cause)
    t.ok(isDiskFull(err), `${name}: ${err}`)
    t.notOk(existsSync(folder.pathOf(name)), 'nothing that is not whole')
    await rm(folder.pathOf(`${name}.part`))
  }
  await best.save(() => true)
  t.same((await readdir(folder.path)).sort(), names)
})

t.test('a full disk is known by whoever tells of it', async (t) => {
  const cases: Array<[unknown, boolean]> = [
    [Object.assign(new Error('write'), { code: 'ENOSPC' }), true],
    [Object.assign(new Error('write'), { code: 'EDQUOT' }), true],
    [new FFmpegError(FFmpegError.AVERROR(PosixError.ENOSPC)), true],
    [new Error('ffmpeg ended with code 228: av_interleaved_write_frame(): No space left on device'), true],
    [new Error('write failed', { cause: new Error('Disk quota exceeded') }), true],
    [new FFmpegError(FFmpegError.AVERROR(PosixError.EIO)), false],
    [Object.assign(new Error('write'), { code: 'EACCES' }), false],
    [new AppError('MODEL_ERROR'), false],
    ['ENOSPC', false],
    [undefined, false],
    [null, false],
  ]
  for (const [err, expected] of cases) t.equal(isDiskFull(err), expected, String(err))
})
