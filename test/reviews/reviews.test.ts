import { readFile } from 'node:fs/promises'
import t from 'tap'
import type { Review, ReviewChange, ReviewRevisionPage } from '../../src/contract/index.ts'
import type { Db } from '../../src/db/index.ts'
import { ScriptedAnalyzer, stopSign } from '../helpers/analyzers.ts'
import { fixture, formOf, startApp } from '../helpers/app.ts'
import { listen } from '../realtime/strict-listener.ts'
import { asSaid, found, say, startReviews } from './review-fixture.ts'

const administrator = { userId: 4, role: 'administrator', tokenId: null, expiresAtMs: null } as const
const DAY_MS = 86_400_000
/** p5, most confident first m0, then pl60 as m1 and i5 as m2. */
const three = [found('pl60', 0.8, [50, 50, 80, 90]), found('p5', 0.9), found('i5', 0.6, [200, 100, 240, 140])]

const verdicts = ({ signs }: Pick<Review, 'signs'>) =>
  Object.fromEntries(signs.map(({ sign_key, verdict }) => [sign_key, verdict]))

/** All that a save writes. */
async function everything(db: Db) {
  const [records, signs, reviewed, revisions, events] = await Promise.all([
    db.record.findMany(),
    db.sign.findMany(),
    db.reviewedSign.findMany(),
    db.reviewRevision.findMany(),
    db.event.findMany(),
  ])
  return { records, signs, reviewed, revisions, events }
}

t.test('before anyone has looked, a review is what the model found', async (t) => {
  const { insert, review, history } = await startReviews(t)
  const id = await insert({ detections: three })
  const before = await review(id)
  t.match(before, { record_id: id, state: 'unreviewed', version: 0, by: null, at: null })
  t.same(
    before.signs.map(({ sign_key, class_code, verdict, by, at }) => [sign_key, class_code, verdict, by, at]),
    [
      ['m0', 'p5', null, null, null],
      ['m1', 'pl60', null, null, null],
      ['m2', 'i5', null, null, null],
    ],
  )
  t.same(before.signs[1]?.model, three[0])
  t.same(await history(id), { items: [], next_cursor: null })
  t.same((await review(await insert())).signs, [])
})

t.test('a save says of each sign what it is, and the record follows', async (t) => {
  const { insert, review, save, search, ask, ids } = await startReviews(t)
  const id = await insert({ detections: [...three, found('w57', 0.5, [300, 300, 340, 340])] })
  const saved = await save('ana', id, {
    version: 0,
    state: 'in_progress',
    signs: [
      say('m0', 'accepted'),
      say('m1', 'rejected', 'pl60', [50, 50, 80, 90]),
      say('m2', 'corrected', 'w57', [200, 100, 245, 140]),
      say('mine', 'added', 'pl60', [0, 0, 640, 480]),
    ],
  })
  t.same(saved, await review(id), 'the answer is the review')
  t.match(saved, { state: 'in_progress', version: 1, by: { user_id: ids.ana, username: 'ana' }, at: String })
  t.same(verdicts(saved), { m0: 'accepted', m1: 'rejected', m2: 'corrected', m3: null, mine: 'added' })
  t.match(saved.signs[2], { class_code: 'w57', class_name: '注意行人', category: 'warning', model: three[2] })
  t.match(saved.signs[4], { class_name_en: 'Speed limit 60', model: null, by: { username: 'ana' }, at: saved.at })
  t.match(saved.signs[3], { by: null, at: null }, 'nobody has said anything of it')

  const { json: record } = await ask('bob', 'GET', `/api/detections/${id}`)
  t.equal(record.code, 'RECORD_NOT_FOUND')
  t.match((await ask('alice', 'GET', `/api/detections/${id}`)).json, {
    total_detections: 4,
    review: { state: 'in_progress', version: 1, by: { username: 'ana' } },
    detections: [
      { class_code: 'pl60', confidence: 1, verdict: 'added', bbox: [0, 0, 640, 480] },
      { class_code: 'p5', confidence: 0.9, verdict: 'accepted' },
      { class_code: 'w57', confidence: 0.6, verdict: 'corrected', bbox: [200, 100, 245, 140] },
      { class_code: 'w57', confidence: 0.5, verdict: null },
    ],
  })
  t.same(await search('class=i5'), [], 'what it was taken for finds it no longer')
  t.same(await search('class=w57'), [id])
  t.same(await search('class=pl60&max_confidence=0.95'), [], 'what was rejected is no sign')
  const { json: counts } = await ask('ana', 'GET', '/api/detections/counts')
  t.match(counts, {
    signs: 4,
    by_class: [
      { class_code: 'w57', signs: 2 },
      { class_code: 'p5', signs: 1 },
      { class_code: 'pl60', signs: 1 },
    ],
  })
})

t.test('finishing accepts what nobody objected to, also what is left out', async (t) => {
  const { insert, save, db } = await startReviews(t)
  const id = await insert({ detections: three })
  const saved = await save('alice', id, {
    version: 0,
    state: 'reviewed',
    signs: [say('m0', null), say('m1', 'rejected', 'pl60', [50, 50, 80, 90])],
  })
  t.same(verdicts(saved), { m0: 'accepted', m1: 'rejected', m2: 'accepted' })
  t.match(await db.record.findFirst(), { totalDetections: 2, lowestConfidence: 0.6, reviewState: 'reviewed' })
  const empty = await save('alice', id, {
    version: 1,
    state: 'reviewed',
    signs: saved.signs.map(({ sign_key, class_code, bbox }) => say(sign_key, 'rejected', class_code, bbox)),
  })
  t.same(new Set(Object.values(verdicts(empty))), new Set(['rejected']))
  t.match(await db.record.findFirst(), { totalDetections: 0, lowestConfidence: null })
  t.equal(await db.sign.count(), 0)
})

t.test('accepted or corrected follows from class and box, and a rejected sign is as the model found it', async (t) => {
  const { insert, save } = await startReviews(t)
  const id = await insert({ detections: [found('p5', 0.9), found('p5', 0.8), found('p5', 0.7), found('p5', 0.6)] })
  const { signs } = await save('alice', id, {
    version: 0,
    state: 'in_progress',
    signs: [
      say('m0', 'accepted', 'p5', [11, 20, 30, 40]),
      say('m1', 'corrected'),
      say('m2', 'rejected', 'i5', [1, 2, 3, 4]),
      say('m3', null, 'i5'),
    ],
  })
  t.same(verdicts({ signs }), { m0: 'corrected', m1: 'accepted', m2: 'rejected', m3: 'corrected' })
  t.match(signs[2], { class_code: 'p5', class_name: '禁止掉头', bbox: [10, 20, 30, 40] })
})

t.test('who said it and when stays with each sign until somebody says otherwise', async (t) => {
  const { insert, save, review } = await startReviews(t)
  const id = await insert({ detections: three })
  const first = await save('alice', id, {
    version: 0,
    state: 'in_progress',
    signs: [say('m0', 'accepted'), say('own', 'added', 'w57', [1, 1, 9, 9]), say('gone', 'added', 'w57', [2, 2, 9, 9])],
  })
  const second = await save('ana', id, {
    version: 1,
    state: 'reviewed',
    signs: [say('m0', 'accepted'), say('own', 'added', 'w57', [1, 1, 9, 9]), say('later', 'added', 'p5', [3, 3, 9, 9])],
  })
  t.same(
    second.signs.map(({ sign_key, verdict, by, at }) => [sign_key, verdict, by?.username, at]),
    [
      ['m0', 'accepted', 'alice', first.at],
      ['m1', 'accepted', 'ana', second.at],
      ['m2', 'accepted', 'ana', second.at],
      ['own', 'added', 'alice', first.at],
      ['later', 'added', 'ana', second.at],
    ],
  )
  t.equal(second.by?.username, 'ana')
  const third = await save('alice', id, {
    version: 2,
    state: 'in_progress',
    signs: [say('m0', null), say('own', 'added', 'w57', [1, 1, 9, 10])],
  })
  t.match(third.signs[0], { verdict: null, by: null, at: null })
  t.match(third.signs[1], { by: { username: 'ana' }, at: second.at })
  t.match(third.signs[3], { sign_key: 'own', by: { username: 'alice' }, at: third.at })
  t.equal(third.signs.length, 4)
  t.same(
    (await review(id)).signs.map(({ model }) => model),
    [three[1], three[0], three[2], null],
    'what the model found is as it was',
  )
})

t.test('who saves over what they have not seen is refused and told who was quicker', async (t) => {
  const { insert, save, put, db, ids } = await startReviews(t)
  const id = await insert({ detections: three })
  const first = await save('ana', id, { version: 0, state: 'in_progress', signs: [say('m0', 'rejected')] })
  const before = await everything(db)
  const late = await put('alice', id, { version: 0, state: 'reviewed', signs: [] })
  t.equal(late.status, 409)
  t.match(late.json, {
    code: 'REVIEW_CONFLICT',
    ...{ record_id: id, version: 1, by: { user_id: ids.ana, username: 'ana' }, at: first.at, retry_available: false },
  })
  t.match((await put('alice', id, { version: 2, state: 'reviewed', signs: [] })).json, { version: 1 })
  t.same(await everything(db), before)
})

t.test('of two saves at one moment one wins', async (t) => {
  const { insert, put, db, review } = await startReviews(t)
  for (let round = 0; round < 5; round++) {
    const id = await insert({ detections: three })
    const outcomes = await Promise.all([
      put('alice', id, { version: 0, state: 'in_progress', signs: [say('m0', 'rejected')] }),
      put('ana', id, { version: 0, state: 'in_progress', signs: [say('m1', 'rejected', 'pl60', [50, 50, 80, 90])] }),
    ])
    t.same(outcomes.map(({ status }) => status).sort(), [200, 409])
    t.equal(await db.reviewRevision.count({ where: { recordId: id } }), 1)
    const { signs } = await review(id)
    t.equal(signs.filter(({ verdict }) => verdict === 'rejected').length, 1)
    t.equal(await db.sign.count({ where: { recordId: id } }), 2)
  }
})

t.test('every save is kept, and an earlier one comes back by being saved again', async (t) => {
  const { insert, save, review, history, ask } = await startReviews(t)
  const id = await insert({ detections: three })
  const first = await save('alice', id, {
    version: 0,
    state: 'in_progress',
    signs: [say('m0', 'corrected', 'w57'), say('own', 'added', 'w57', [1, 1, 9, 9])],
  })
  const second = await save('ana', id, { version: 1, state: 'reviewed', signs: [say('m0', 'rejected')] })
  const { items, next_cursor } = await history(id)
  t.equal(next_cursor, null)
  const asRevision = ({ record_id: _, ...revision }: Review) => revision
  t.same(items, [second, first].map(asRevision), 'newest first, each as it was')

  const undone = await save('ana', id, { version: 2, state: 'in_progress', signs: asSaid(items[1]!) })
  t.same(asSaid(undone), asSaid(first))
  t.same(
    (await ask<{ detections: unknown[] }>('alice', 'GET', `/api/detections/${id}`)).json.detections.length,
    4,
    'the record too',
  )
  const original = await save('ana', id, { version: 3, state: 'in_progress', signs: asSaid(await review(id)) })
  t.same(original.signs, undone.signs, 'who saves what is there changes nobody’s word')

  const pages: number[][] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: ReviewRevisionPage = await history(id, `?limit=1${cursor && `&cursor=${cursor}`}`)
    pages.push(page.items.map(({ version }) => version))
    cursor = page.next_cursor
  }
  t.same(pages, [[4], [3], [2], [1]])
  t.equal((await ask('alice', 'GET', `/api/detections/${id}/review/history?cursor=x`)).json.code, 'INVALID_CURSOR')
})

t.test('a page of large revisions ends early', async (t) => {
  const { db, insert, save, history } = await startReviews(t)
  const id = await insert()
  const signs = Array.from({ length: 1000 }, (_, i) => say(`own${i}`, 'added', 'p5', [0, 0, 1 + (i % 600), 9]))
  await save('alice', id, { version: 0, state: 'in_progress', signs })
  const { id: _, ...kept } = await db.reviewRevision.findFirstOrThrow()
  const later = Array.from({ length: 11 }, (_, i) => ({ ...kept, version: i + 2, signs: kept.signs as object }))
  await db.reviewRevision.createMany({ data: later })
  const first = await history(id)
  t.same(
    first.items.map(({ version }) => version),
    [12, 11, 10, 9, 8],
  )
  const second = await history(id, `?cursor=${first.next_cursor}`)
  t.same(
    second.items.map(({ version }) => version),
    [7, 6, 5, 4, 3],
  )
  t.same((await history(id, `?cursor=${second.next_cursor}`)).next_cursor, null)
})

t.test('what does not fit the record is named, and changes nothing', async (t) => {
  const { insert, save, put, db } = await startReviews(t)
  const id = await insert({ detections: three })
  await save('alice', id, { version: 0, state: 'in_progress', signs: [say('own', 'added')] })
  const before = await everything(db)
  const cases: Array<[string, object[], string[], string?]> = [
    ['a key twice', [say('own', 'added'), say('own', 'added')], ['signs.1.sign_key']],
    ['a sign of the model as added', [say('m0', 'added')], ['signs.0.verdict']],
    ['an own sign as accepted', [say('new', 'accepted')], ['signs.0.verdict']],
    ['an own sign as rejected', [say('own', 'rejected')], ['signs.0.verdict']],
    ['an own sign without a verdict', [say('own', null)], ['signs.0.verdict']],
    ['a sign that the model has not found', [say('m0', null), say('m3', 'accepted')], ['signs.1.sign_key']],
    ['a box beyond the picture', [say('m0', 'corrected', 'p5', [0, 0, 641, 10])], ['signs.0.bbox']],
    ['a box below the picture', [say('m0', 'corrected', 'p5', [0, 0, 10, 481])], ['signs.0.bbox']],
    ['a box without width', [say('m0', 'corrected', 'p5', [10, 0, 10, 10])], ['signs.0.bbox']],
    ['a box upside down', [say('own', 'added', 'p5', [0, 10, 10, 5])], ['signs.0.bbox']],
    [
      'a class that nobody knows',
      [say('own', 'added', 'x'), say('m0', 'corrected', 'y')],
      ['signs.0.class_code', 'signs.1.class_code'],
      'INVALID_OPTION',
    ],
    [
      'several at once',
      [say('m0', 'added', 'p5', [1, 1, 1, 1]), say('m9', null)],
      ['signs.0.verdict', 'signs.0.bbox', 'signs.1.sign_key'],
    ],
    [
      'a thousand classes that nobody knows',
      Array.from({ length: 1000 }, (_, i) => say(`o${i}`, 'added', `x${i}`)),
      Array.from({ length: 1000 }, (_, i) => `signs.${i}.class_code`),
      'INVALID_OPTION',
    ],
    ['half a pixel', [say('m0', 'corrected', 'p5', [0, 0, 1.5, 2])], ['signs.0.bbox.2']],
    ['a negative corner', [say('m0', 'corrected', 'p5', [-1, 0, 1, 2])], ['signs.0.bbox.0']],
    ['an unknown field', [{ ...say('m0', null), confidence: 1 }], ['signs.0.confidence']],
    ['a key with a space', [say('m 0', null)], ['signs.0.sign_key']],
    ['too many signs', Array.from({ length: 1001 }, (_, i) => say(`o${i}`, 'added')), ['signs']],
  ]
  for (const [name, signs, fields, code = 'INVALID_REQUEST'] of cases) {
    const { status, json } = await put('alice', id, { version: 1, state: 'in_progress', signs })
    t.equal(status, 400, name)
    t.equal(json.code, code, name)
    t.same(
      json.errors?.map(({ field }) => field),
      fields,
      name,
    )
  }
  for (const [field, change] of [
    ['state', { version: 1, state: 'unreviewed', signs: [] }],
    ['version', { version: -1, state: 'reviewed', signs: [] }],
    ['signs', { version: 1, state: 'reviewed' }],
  ] as const) {
    t.match((await put('alice', id, change)).json, { code: 'INVALID_REQUEST', errors: [{ field }] }, field)
  }
  t.same(await everything(db), before)
})

t.test('a class is known from the running model, from the record and from any sign that is kept', async (t) => {
  const { insert, save, analyzer, put } = await startReviews(t)
  await insert({ detections: [found('elsewhere', 0.9)] })
  const rejected = await insert({ detections: [found('nowhere', 0.9)] })
  await save('alice', rejected, { version: 0, state: 'reviewed', signs: [say('m0', 'rejected', 'nowhere')] })
  const id = await insert({ detections: [found('ofrecord', 0.9), found('p5', 0.8)] })
  analyzer.model = { ...analyzer.model, labels: [{ ...found('p5', 1), class_name: '改名' }, found('new', 1)] }
  const { signs } = await save('alice', id, {
    version: 0,
    state: 'in_progress',
    signs: [
      say('m0', 'corrected', 'new'),
      say('m1', 'corrected', 'p5', [1, 1, 9, 9]),
      ...['elsewhere', 'nowhere', 'ofrecord', 'p5'].map((code) => say(code, 'added', code)),
    ],
  })
  t.same(
    signs.map(({ class_code, class_name }) => [class_code, class_name]),
    [
      ['new', 'new号'],
      ['p5', '禁止掉头'],
      ['elsewhere', 'elsewhere号'],
      ['nowhere', 'nowhere号'],
      ['ofrecord', 'ofrecord号'],
      ['p5', '改名'],
    ],
    'a sign keeps the name that it was found under',
  )
  const { json } = await put('alice', id, { version: 1, state: 'in_progress', signs: [say('a', 'added', 'i5')] })
  t.equal(json.code, 'INVALID_OPTION', 'the model before knew it')
})

t.test('a box that a model put beyond the picture can stay', async (t) => {
  const { insert, save } = await startReviews(t)
  const id = await insert({ detections: [found('p5', 0.9, [600, 400, 650, 400])] })
  const { signs } = await save('alice', id, {
    version: 0,
    state: 'reviewed',
    signs: [say('m0', 'accepted', 'p5', [600, 400, 650, 400])],
  })
  t.equal(signs[0]?.verdict, 'accepted')
})

t.test('whoever may see a record may review it, and nobody else learns that it exists', async (t) => {
  const { app, insert, ask, put, save, db } = await startReviews(t)
  const id = await insert({ detections: three })
  const change: ReviewChange = { version: 0, state: 'reviewed', signs: [] }
  const before = await everything(db)
  for (const record of [id, 999]) {
    const url = `/api/detections/${record}/review`
    for (const asked of [ask('bob', 'GET', url), put('bob', record, change), ask('bob', 'GET', `${url}/history`)]) {
      const { status, json } = await asked
      t.equal(status, 404)
      t.match(json, { code: 'RECORD_NOT_FOUND', record_id: record })
    }
  }
  t.same(await everything(db), before)
  let version = 0
  for (const name of ['alice', 'ana', 'adam'] as const) {
    t.equal((await save(name, id, { ...change, version })).by?.username, name)
    version += 1
  }
  t.equal((await fetch(`${app.origin}/api/detections/${id}/review`)).status, 401, 'nor does who has not signed in')
})

t.test('owner and watchers hear of a save, each once and in order', async (t) => {
  const { app, insert, save, put, tokens, ids } = await startReviews(t)
  const id = await insert({ detections: three })
  const owner = await listen(t, app, `?token=${tokens.alice}`)
  const other = await listen(t, app, `?token=${tokens.bob}`)
  const watcher = await listen(t, app, `?token=${tokens.ana}&scope=all`)
  const first = await save('ana', id, { version: 0, state: 'in_progress', signs: [say('m0', 'rejected')] })
  t.equal((await put('alice', id, { version: 0, state: 'reviewed', signs: [] })).status, 409)
  const second = await save('alice', id, { version: 1, state: 'reviewed', signs: [say('own', 'added')] })
  for (const socket of [owner, watcher]) {
    await socket.until('review_changed', ({ data }) => data.version === 2)
    const messages = socket.of('review_changed')
    t.same(
      messages.map(({ data }) => data),
      [
        { ...mark(first), total_detections: 2 },
        { ...mark(second), total_detections: 3 },
      ],
    )
    t.same(new Set(messages.map(({ user_id }) => user_id)), new Set([ids.alice]), 'whom it concerns')
    t.same(
      messages.map(({ seq }) => seq),
      [1, 2],
    )
  }
  await other.command('ping')
  t.same(other.of('review_changed'), [])
})

function mark({ signs: _, ...data }: Review) {
  return data
}

t.test('old events of reviews are forgotten, whether or not their task is', async (t) => {
  const { app, insert, save, db } = await startReviews(t)
  const id = await insert({ detections: three })
  await save('alice', id, { version: 0, state: 'reviewed', signs: [] })
  const { housekeeping, events } = app.parts
  await events.transact((_, emit) => emit({ type: 'records_removed', userId: 1, data: { record_ids: [7] } }))
  await events.transact((_, emit) => {
    const named = { name: 'a', version: '1' }
    return emit({ type: 'model_changed', data: { ...named, title: 'A', previous: named } })
  })
  await app.parts.notifications.create(administrator, { title: 'for all', message: 'x' })
  await housekeeping.purge(Date.now() + 29 * DAY_MS)
  t.equal(await db.event.count(), 6)
  await housekeeping.purge(Date.now() + 31 * DAY_MS)
  t.same(
    (await db.event.findMany()).map(({ type }) => type),
    ['system_notification'],
    'notices go with their notification',
  )
  t.equal(await db.reviewRevision.count(), 1, 'the review stays')
})

t.test('where nobody signs in, it is the local user who says it', async (t) => {
  const app = await startApp(t, { analyzer: new ScriptedAnalyzer() })
  const body = formOf([{ bytes: await readFile(fixture('street-small.jpg')) }])
  await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', body })
  const url = '/api/detections/1/review'
  const signs = [say('own', 'added', 'ps', [0, 0, 9, 9])]
  const saved = await app.app.inject({ method: 'PUT', url, body: { version: 0, state: 'reviewed', signs } })
  const by = { user_id: null, username: 'local' }
  t.match(saved.json(), {
    by,
    signs: [
      { sign_key: 'm0', by },
      { sign_key: 'own', by },
    ],
  })
  t.same((await app.app.inject({ url })).json(), saved.json(), 'and so it is kept')
})

t.test('a deleted record takes its review along, a deleted user leaves theirs behind', async (t) => {
  const { insert, save, db, ids, review, history, ask } = await startReviews(t)
  const kept = await insert({ detections: three })
  const gone = await insert({ detections: three })
  for (const id of [kept, gone]) await save('ana', id, { version: 0, state: 'reviewed', signs: [say('own', 'added')] })
  t.equal((await ask('alice', 'DELETE', `/api/detections/${gone}`)).status, 204)
  const left = await everything(db)
  for (const rows of [left.signs, left.reviewed, left.revisions]) {
    t.same(new Set(rows.map(({ recordId }) => recordId)), new Set([kept]))
  }
  await db.user.delete({ where: { id: ids.ana } })
  const orphan = await review(kept)
  t.match(orphan, { state: 'reviewed', version: 1, by: null, at: String })
  t.same(verdicts(orphan), { m0: 'accepted', m1: 'accepted', m2: 'accepted', own: 'added' })
  t.match(orphan.signs[3], { by: null, at: orphan.at })
  t.match(await history(kept), { items: [{ version: 1, by: null }] })
  const next = await save('alice', kept, { version: 1, state: 'reviewed', signs: asSaid(orphan) })
  t.same(next.signs, orphan.signs, 'what nobody can be named for any more stays so')
})

t.test('detecting in the same picture again makes a record of its own', async (t) => {
  const { app, tokens, save, review } = await startReviews(t)
  const headers = { authorization: `Bearer ${tokens.alice}` }
  const detect = async () => {
    const body = formOf([{ bytes: await readFile(fixture('street-small.jpg')) }])
    const answer = await fetch(`${app.origin}/api/detections?wait=1`, { method: 'POST', headers, body })
    return (await answer.json()) as { task_id: string; record_id: number }
  }
  const first = await detect()
  const said = await save('alice', first.record_id, {
    version: 0,
    state: 'reviewed',
    signs: [say('m0', 'rejected', 'ps', stopSign.bbox)],
  })
  const retry = await fetch(`${app.origin}/api/tasks/${first.task_id}/retry`, { method: 'POST', headers })
  t.equal(retry.status, 409, 'what has succeeded is not tried again')
  const second = await detect()
  t.same(await review(first.record_id), said)
  t.match(await review(second.record_id), { state: 'unreviewed', signs: [{ class_code: 'ps', verdict: null }] })
})
