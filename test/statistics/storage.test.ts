import { readFileSync, statSync } from 'node:fs'
import t from 'tap'
import { fixture, formOf } from '../helpers/app.ts'
import { startWithPeople } from '../helpers/people.ts'

t.test('administrators see how much is stored, and each original once', async (t) => {
  const { app, call, headersOf } = await startWithPeople(t)
  const photo = readFileSync(fixture('street-small.jpg'))
  const body = formOf([{ bytes: photo }, { bytes: photo }])
  const made = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', headers: headersOf('user'), body })
  t.equal(made.status, 200)
  const { db } = app.parts
  const [first, second] = await db.record.findMany()
  await db.record.create({ data: { ...first!, id: 9, taskId: 'task_again', resultKey: null, thumbnailKey: null } })
  await db.record.update({ where: { id: second!.id }, data: { sourceKey: null } })
  const { status, json } = await call('administrator', 'GET', '/api/storage')
  t.equal(status, 200)
  t.match(json, { records: 3, originals: 1, originals_bytes: photo.length })
  const onDisk = statSync(`${app.dir}/data.db`).size + statSync(`${app.dir}/data.db-wal`).size
  t.ok(json.database_bytes >= onDisk, `${json.database_bytes} of ${onDisk}`)
  t.ok(json.media_free_bytes > 0 && json.media_free_bytes <= json.media_total_bytes)
  for (const who of ['user', 'analyst'] as const) {
    t.match(await call(who, 'GET', '/api/storage'), { status: 403, json: { code: 'PERMISSION_DENIED' } })
  }
})
