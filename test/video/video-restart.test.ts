import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { RecordTracks } from '../../src/contract/index.ts'
import { formOf, listen } from '../helpers/app.ts'
import { makeClip } from '../helpers/clips.ts'
import { filesIn } from '../helpers/leftovers.ts'
import { SpawnedServer } from '../server/spawn-server.ts'

const settings = { MODEL_PRECISION: 'fp32' }
/** As the self-check of the model may choose it between two servers. */
const later = { MODEL_PRECISION: 'int8' }

t.test('a server that is killed goes on with a video where it was, also in another precision', async (t) => {
  const dir = t.testdir()
  const clip = await makeClip(join(dir, 'clip.mp4'), { seconds: 24, frameRate: 3 })
  const first = await new SpawnedServer(t, dir, settings).ready()
  const before = await listen(first)
  const form = formOf([{ bytes: await readFile(clip), name: 'drive.mp4' }])
  await fetch(`${first.origin}/api/detections`, { method: 'POST', body: form })
  await before.until('detection_progress', ({ data }) => (data.position ?? 0) > 9)
  first.process.kill('SIGKILL')
  await first.ended
  const seen = before.of('detection_progress').at(-1)?.data
  if (seen === undefined) throw new Error('no progress')

  const second = await new SpawnedServer(t, dir, later).ready()
  const after = await listen(second)
  const { data: again } = await after.until('detection_progress')
  t.ok((again.position ?? 0) >= (seen.position ?? 0) - 10, 'ten seconds are done again at most')
  t.ok(again.progress >= seen.progress, 'and whoever watches does not see it fall')
  const { data } = await after.until('detection_complete')
  t.match(data, { status: 'success', results: { total_detections: 2 } })
  const { tracks } = (await (
    await fetch(`${second.origin}/api/detections/${data.record_id}/tracks`)
  ).json()) as RecordTracks
  for (const { boxes, first_time, last_time } of tracks) {
    t.ok(first_time < 1 && last_time > 23, 'each sign is one, from before the crash to after it')
    t.same(
      boxes.map(([time]) => time),
      [...new Set(boxes.map(([time]) => time))].sort((a, b) => a - b),
    )
  }
  const files = await filesIn(join(dir, 'media'))
  t.same(
    files.filter((name) => name.startsWith('.work')),
    [],
    'what was unsettled is cleared away',
  )
})

t.test('a server that is told to stop parks a video, and the next one goes on with it', async (t) => {
  const dir = t.testdir()
  const clip = await makeClip(join(dir, 'clip.mp4'), { seconds: 24, frameRate: 3 })
  const first = await new SpawnedServer(t, dir, { ...settings, SHUTDOWN_GRACE_S: '0.2' }).ready()
  const before = await listen(first)
  const form = formOf([{ bytes: await readFile(clip), name: 'drive.mp4' }])
  await fetch(`${first.origin}/api/detections`, { method: 'POST', body: form })
  await before.until('detection_progress', ({ data }) => (data.position ?? 0) > 9)
  first.process.kill('SIGTERM')
  t.equal(await first.ended, 0)
  const second = await new SpawnedServer(t, dir, settings).ready()
  const after = await listen(second)
  t.ok(((await after.until('detection_progress')).data.position ?? 0) >= 8)
  t.match((await after.until('detection_complete')).data, { status: 'success', results: { total_detections: 2 } })
})
