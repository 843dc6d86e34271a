import { readFileSync } from 'node:fs'
import t from 'tap'
import { ScriptedAnalyzer, untilAborted } from '../helpers/analyzers.ts'
import { fixture, listen, startApp } from '../helpers/app.ts'
import { type Part, post } from '../helpers/multipart.ts'

const photo = readFileSync(fixture('street-small.jpg'))
const file = (): Part => ({ filename: 'street.jpg', content: photo })

t.test('the server is ready exactly while database, model and queue can serve', async (t) => {
  const analyzer = new ScriptedAnalyzer(untilAborted)
  const app = await startApp(t, { analyzer, env: { QUEUE_LIMIT: '1' } })
  const ready = async () => {
    const answer = await fetch(`${app.origin}/health/ready`)
    return { status: answer.status, ...((await answer.json()) as { checks: object }) }
  }
  const all = { database: true, detector: true, queue: true }
  t.match(await (await fetch(`${app.origin}/health/live`)).json(), { status: 'live' })
  t.match(await ready(), { checks: all })

  analyzer.alive = 0
  const answer = await fetch(`${app.origin}/health/ready`)
  t.equal(answer.status, 503)
  t.same(await answer.json(), { status: 'not_ready', checks: { ...all, detector: false } })
  t.equal((await fetch(`${app.origin}/health/live`)).status, 200, 'alive all the same')
  analyzer.alive = 1
  t.match(await ready(), { checks: all })

  await post(app, '/api/detections', [file()])
  await post(app, '/api/detections', [file()])
  await analyzer.untilBegun(2)
  await post(app, '/api/detections', [file()])
  t.match(await ready(), { checks: { ...all, queue: false } })

  await app.parts.db.$executeRawUnsafe('ALTER TABLE "User" RENAME TO "Elsewhere"')
  t.match(await ready(), { checks: { ...all, queue: false, database: false } })
  await app.parts.db.$executeRawUnsafe('ALTER TABLE "Elsewhere" RENAME TO "User"')
})

t.test('metrics tell of tasks, stages, queue, sockets, drops, lag and detectors', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const socket = await listen(app)
  await post(app, '/api/detections?wait=1', [file()])
  const answer = await fetch(`${app.origin}/metrics`)
  t.match(answer.headers.get('content-type'), /^text\/plain/)
  const text = await answer.text()
  for (const line of [
    /^hzsystem_tasks\{status="success"\} 1$/m,
    /^hzsystem_stage_seconds_count\{stage="infer"\} 1$/m,
    /^hzsystem_queue_depth 0$/m,
    /^hzsystem_sockets 1$/m,
    /^hzsystem_progress_dropped_total 0$/m,
    /^hzsystem_detectors_alive 1$/m,
    /^hzsystem_info\{version="\d+\.\d+\.\d+"\} 1$/m,
    /^hzsystem_detector_restarts 0$/m,
    /^nodejs_eventloop_lag_p99_seconds /m,
    /^process_resident_memory_bytes /m,
  ]) {
    t.match(text, line)
  }
  await socket.leave()
  const after = await startApp(t, { dir: `${app.dir}/other`, analyzer: new ScriptedAnalyzer() })
  t.match(
    await (await fetch(`${after.origin}/metrics`)).text(),
    /^hzsystem_sockets 0$/m,
    'two apps do not share numbers',
  )
  await after.close()
})

t.test('every answer carries the headers that protect a browser', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  for (const path of ['/', '/api/tasks', '/nowhere', '/health/live']) {
    const { headers } = await fetch(app.origin + path)
    t.match(headers.get('content-security-policy'), /default-src 'self'/, path)
    t.match(headers.get('content-security-policy'), /frame-ancestors 'none'/, path)
    t.match(headers.get('content-security-policy'), /script-src 'self';/, 'scripts are the server’s own files')
    t.equal(headers.get('x-content-type-options'), 'nosniff', path)
    t.ok(headers.get('referrer-policy'), path)
    t.equal(headers.get('x-powered-by'), null, path)
  }
})
