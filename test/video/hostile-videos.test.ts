import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Problem, Record, StartedTasks } from '../../src/contract/index.ts'
import type { ErrorCode } from '../../src/errors.ts'
import { fixture, formOf, type Listener, listen, type RunningApp, startApp } from '../helpers/app.ts'
import { multiply, patched, withoutSamples, withSide } from '../helpers/broken-clips.ts'
import { makeClip, makeSound } from '../helpers/clips.ts'
import { needsFfmpeg, searchPath } from '../helpers/ffmpeg.ts'
import { eventually, leftovers, nothing } from '../helpers/leftovers.ts'

interface Hostile {
  what: string
  name: string
  bytes: Uint8Array
  code: ErrorCode
  /** Where ffmpeg cannot tell as much. */
  ffmpegCode?: ErrorCode
  /** Whether its header is as it should be, so that only its task finds out. */
  hasGoodHeader?: boolean
}

async function hostileFiles(dir: string): Promise<Hostile[]> {
  const path = (name: string) => join(dir, name)
  const clip = await readFile(await makeClip(path('clip.mp4'), { seconds: 1 }))
  const secret = await makeClip(path('secret.ts'), { seconds: 1 })
  const sound = await readFile(await makeSound(path('sound.mp4')))
  const long = await makeClip(path('long.mp4'), { seconds: 25_001, timeOf: (i) => i * 25_000 })
  const many = await multiply(path('clip.mp4'), path('many.mp4'), 40)
  const noise = Buffer.concat([Buffer.from('1A45DFA3', 'hex'), Buffer.alloc(4000, 7)])
  const text = (lines: string) => Buffer.from(lines)
  return [
    {
      ...{ what: 'a playlist of another file', name: 'list.mp4', code: 'UNSUPPORTED_MEDIA' },
      bytes: text(`#EXTM3U\n#EXTINF:1,\n${secret}\n`),
    },
    {
      ...{ what: 'a list of files to join', name: 'list.ts', code: 'UNSUPPORTED_MEDIA' },
      bytes: text(`ffconcat version 1.0\nfile '${secret}'\n`),
    },
    { what: 'sound alone', name: 'sound.mp4', bytes: sound, code: 'VIDEO_WITHOUT_PICTURES' },
    {
      ...{ what: 'subtitles alone', name: 'titles.mp4', code: 'VIDEO_WITHOUT_PICTURES' },
      bytes: patched(patched(clip, 'vide', 'sbtl'), 'avc1', 'tx3g'),
    },
    {
      ...{ what: 'a codec that nobody has', name: 'codec.mp4', code: 'VIDEO_CODEC_UNSUPPORTED', hasGoodHeader: true },
      bytes: patched(clip, 'avc1', 'zzzz'),
    },
    {
      ...{ what: 'a track without a picture', name: 'none.mp4', code: 'VIDEO_WITHOUT_PICTURES', hasGoodHeader: true },
      ffmpegCode: 'VIDEO_UNREADABLE',
      bytes: withoutSamples(clip),
    },
    { what: 'noise behind a true head', name: 'noise.mkv', bytes: noise, code: 'VIDEO_UNREADABLE' },
    { what: 'a head without a body', name: 'head.mp4', bytes: clip.subarray(0, 200), code: 'VIDEO_UNREADABLE' },
    { what: 'pictures of 67 million pixels', name: 'large.mp4', bytes: withSide(clip, 8192), code: 'VIDEO_TOO_LARGE' },
    { what: 'seven hours', name: 'long.mp4', bytes: await readFile(long), code: 'VIDEO_TOO_LONG' },
    { what: 'forty tracks', name: 'tracks.mp4', bytes: await readFile(many), code: 'VIDEO_UNREADABLE' },
  ]
}

const post = (app: RunningApp, bytes: Uint8Array, name: string, query = '') =>
  fetch(`${app.origin}/api/detections${query}`, { method: 'POST', body: formOf([{ bytes, name }]) })

/** How the server refuses a file: at once, or as what its task ends with. */
async function refusalOf(app: RunningApp, listener: Listener, { bytes, name }: Hostile) {
  const answer = await post(app, bytes, name)
  if (answer.status !== 202) {
    const { code, detail, detail_en, retry_available } = (await answer.json()) as Problem
    return { status: answer.status, isAtOnce: true, code, zh: detail, en: detail_en, retry_available }
  }
  const { task_ids } = (await answer.json()) as StartedTasks
  const { data } = await listener.until('detection_error', ({ data }) => data.task_id === task_ids[0])
  const { error_code: code, error_message: zh, error_message_en: en, retry_available } = data
  return { status: 202, isAtOnce: false, code, zh, en, retry_available }
}

/** The signs of a photo, of which nothing is left. */
async function signsOfPhoto(app: RunningApp): Promise<string[]> {
  const answer = await post(app, await readFile(fixture('street-small.jpg')), 'street.jpg', '?wait=1')
  const { record_id, detections } = (await answer.json()) as Record
  await fetch(`${app.origin}/api/detections/${record_id}`, { method: 'DELETE' })
  return detections.map(({ class_code }) => class_code).sort()
}

/** Processes that were started for a file of this server. Of Linux only; elsewhere none are seen. */
async function programsOn({ dir }: RunningApp): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(dir))
}

async function refuseAll(t: Test, env: { VIDEO_ENGINE: 'node-av' | 'ffmpeg'; PATH?: string }): Promise<void> {
  const app = await startApp(t, { env })
  const listener = await listen(app)
  let tasks = 0
  for (const hostile of await hostileFiles(app.dir)) {
    await t.test(hostile.what, async (t) => {
      const refusing = refusalOf(app, listener, hostile)
      t.same(await signsOfPhoto(app), ['i12', 'pl60'], 'a photo beside it gets its signs')
      const refusal = await refusing
      const { code, ffmpegCode = code } = hostile
      const expected = env.VIDEO_ENGINE === 'ffmpeg' ? ffmpegCode : code
      t.match(refusal, { code: expected, isAtOnce: !hostile.hasGoodHeader, retry_available: false })
      t.ok(refusal.status < 500, `status ${refusal.status}`)
      t.match(
        refusal.zh,
        new RegExp(`${hostile.name.replace('.', '\\.')}.*[\u4e00-\u9fff]`),
        'names the file in Chinese',
      )
      t.ok(refusal.en.includes(hostile.name) && !/[\u4e00-\u9fff]/.test(refusal.en), refusal.en)
      t.notMatch(`${refusal.zh}${refusal.en}`, app.dir, 'and no place on the disk')

      tasks += refusal.isAtOnce ? 1 : 2
      // What a task was made of goes a moment after its end, and a folder may go while it is looked through.
      const left = await eventually(
        () => leftovers(app).catch(() => null),
        (found) => found !== null && found.files.length === 0 && found.uploads === 0,
      )
      t.same(left, { ...nothing, tasks })
      t.same(await programsOn(app), [])
    })
  }
}

t.test('no hostile file harms anybody else: read by node-av', (t) => refuseAll(t, { VIDEO_ENGINE: 'node-av' }))

t.test('no hostile file harms anybody else: read by ffmpeg', needsFfmpeg, (t) =>
  refuseAll(t, { VIDEO_ENGINE: 'ffmpeg', PATH: searchPath }),
)
