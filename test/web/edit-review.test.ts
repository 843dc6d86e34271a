import t from 'tap'
import type { BoundingBox, Review, ReviewedSign, SignClass, SignVerdict } from '../../src/contract/index.ts'
import { searchClasses } from '../../src/web/app/filters/search-classes.ts'
import { boxAround, boxBetween, movedBox, resizedBox } from '../../src/web/app/review/box-geometry.ts'
import {
  beginEditing,
  changeOf,
  countVerdicts,
  type Edit,
  type Editing,
  editReview,
  isChanged,
} from '../../src/web/app/review/edit-review.ts'
import { changedKeys, mergeSigns } from '../../src/web/app/review/merge-signs.ts'
import { type RecentClass, withRecent } from '../../src/web/app/review/recent-classes.ts'

const kind = (class_code: string, class_name: string, class_name_en: string): SignClass => ({
  ...{ class_code, class_name, class_name_en, category: 'prohibitory' },
})
const stop = kind('ps', '停车让行', 'Stop')
const limit60 = kind('pl60', '限速60', 'Speed limit 60')
const limit80 = kind('pl80', '限速80', 'Speed limit 80')
const limit6 = kind('pl6', '限速6', 'Speed limit 6')
const home: BoundingBox = [10, 10, 30, 30]
const away: BoundingBox = [11, 10, 31, 30]

function found(sign_key: string, verdict: SignVerdict | null = null): ReviewedSign {
  const kept = { ...stop, bbox: home }
  return { sign_key, ...kept, verdict, model: { ...kept, confidence: 0.9 }, by: null, at: null }
}
function added(sign_key: string): ReviewedSign {
  return { sign_key, ...limit60, bbox: home, verdict: 'added', model: null, by: null, at: null }
}
function reviewOf(signs: ReviewedSign[], version = 0): Review {
  return { record_id: 1, state: 'unreviewed', version, by: null, at: null, signs }
}
const after = (editing: Editing, ...edits: Edit[]) => edits.reduce(editReview, editing)
const begun = (...signs: ReviewedSign[]) => beginEditing(reviewOf(signs))
const verdicts = ({ signs }: Editing) => signs.map(({ verdict }) => verdict)

t.test('a review begins with the first sign that nobody has judged', async (t) => {
  t.equal(begun(found('m0', 'accepted'), found('m1')).selectedKey, 'm1')
  t.equal(begun(found('m0', 'accepted')).selectedKey, 'm0')
  t.equal(begun().selectedKey, null)
})

t.test('saying yes or no goes on to what is still open, round the end', async (t) => {
  const middle = after(begun(found('m0'), found('m1'), found('m2')), { kind: 'select', key: 'm1' })
  const once = after(middle, { kind: 'accept', key: 'm1' })
  t.equal(once.selectedKey, 'm2')
  const twice = after(once, { kind: 'reject', key: 'm2' })
  t.equal(twice.selectedKey, 'm0')
  t.same(verdicts(twice), [null, 'accepted', 'rejected'])
  t.same(countVerdicts(twice.signs), { accepted: 1, rejected: 1, corrected: 0, added: 0, open: 1 })
  const all = after(twice, { kind: 'accept', key: 'm0' })
  t.equal(all.selectedKey, 'm0', 'it stays where nothing is open')
})

t.test('another class or place is a correction, and back again it is right as found', async (t) => {
  const relabelled = after(begun(found('m0')), { kind: 'relabel', key: 'm0', signClass: limit60 })
  t.match(relabelled.signs[0], { verdict: 'corrected', class_code: 'pl60', class_name_en: 'Speed limit 60' })
  t.equal(relabelled.signs[0]?.model?.class_code, 'ps', 'what the model said stays')
  t.same(verdicts(after(relabelled, { kind: 'relabel', key: 'm0', signClass: stop })), ['accepted'])
  const moved = after(begun(found('m0')), { kind: 'place', key: 'm0', bbox: away })
  t.same(verdicts(moved), ['corrected'])
  t.same(verdicts(after(moved, { kind: 'accept', key: 'm0' })), ['corrected'], 'a yes keeps what was put right')
  const rejected = after(moved, { kind: 'reject', key: 'm0' })
  t.match(rejected.signs[0], { verdict: 'rejected', bbox: home }, 'what is rejected is what the model found')
  t.match(after(moved, { kind: 'reset', key: 'm0' }).signs[0], { verdict: null, bbox: home })
})

t.test('a sign that a person added is never the model’s: it moves, is relabelled, and is deleted', async (t) => {
  const edits: Edit[] = [
    { kind: 'add', key: 'p1', bbox: home, signClass: limit60 },
    { kind: 'place', key: 'p1', bbox: away },
    { kind: 'relabel', key: 'p1', signClass: limit80 },
    { kind: 'accept', key: 'p1' },
  ]
  const editing = after(begun(found('m0', 'accepted')), ...edits)
  t.match(editing.signs[1], { sign_key: 'p1', verdict: 'added', class_code: 'pl80', bbox: away, model: null })
  const deleted = after(editing, { kind: 'reject', key: 'p1' })
  t.same(
    deleted.signs.map(({ sign_key }) => sign_key),
    ['m0'],
  )
  t.equal(deleted.selectedKey, 'm0')
})

t.test('every step can be undone and done again, one by one, and a held key is one', async (t) => {
  const start = begun(found('m0'), found('m1'))
  const steps: Edit[] = [
    { kind: 'accept', key: 'm0' },
    { kind: 'place', key: 'm1', bbox: away },
    { kind: 'place', key: 'm1', bbox: [12, 10, 32, 30], isContinued: true },
    { kind: 'place', key: 'm1', bbox: [13, 10, 33, 30], isContinued: true },
    { kind: 'add', key: 'p1', bbox: home, signClass: stop },
  ]
  const end = after(start, ...steps)
  t.equal(end.past.length, 3)
  const back = after(end, { kind: 'undo' }, { kind: 'undo' })
  t.same(verdicts(back), ['accepted', null])
  t.same(back.signs[1]?.bbox, home, 'the whole movement is taken back')
  t.equal(back.selectedKey, 'm1', 'what is undone is what is looked at')
  const all = after(back, { kind: 'undo' }, { kind: 'undo' })
  t.same(all.signs, start.signs)
  t.notOk(isChanged(all))
  const again = after(all, { kind: 'redo' }, { kind: 'redo' }, { kind: 'redo' }, { kind: 'redo' })
  t.same(again.signs, end.signs)
  t.same(after(back, { kind: 'accept', key: 'm1' }).future, [], 'something new ends what could be done again')
  const nothing = after(start, { kind: 'place', key: 'm0', bbox: home }, { kind: 'reset', key: 'm0' })
  t.equal(nothing.past.length, 0, 'what changes nothing is no step')
})

t.test('all of it goes out with the version it was made from', async (t) => {
  const editing = after(
    beginEditing(reviewOf([found('m0')], 4)),
    { kind: 'reject', key: 'm0' },
    { kind: 'add', key: 'p1', bbox: away, signClass: limit60 },
  )
  t.same(changeOf(editing, 'reviewed'), {
    version: 4,
    state: 'reviewed',
    signs: [
      { sign_key: 'm0', verdict: 'rejected', class_code: 'ps', bbox: home },
      { sign_key: 'p1', verdict: 'added', class_code: 'pl60', bbox: away },
    ],
  })
})

t.test('what two people did is put together sign by sign, and mine counts where both spoke', async (t) => {
  const base = [found('m0'), found('m1'), found('m2'), added('p1'), added('p2')]
  const mine = [found('m0', 'rejected'), found('m1', 'rejected'), found('m2'), added('p2'), added('mine')]
  const theirs = [found('m0', 'accepted'), found('m1'), found('m2', 'accepted'), added('p1'), added('theirs')]
  const merged = mergeSigns(base, mine, theirs).map(({ sign_key, verdict }) => [sign_key, verdict])
  t.same(merged, [
    ['m0', 'rejected'],
    ['m1', 'rejected'],
    ['m2', 'accepted'],
    ['theirs', 'added'],
    ['mine', 'added'],
  ])
  t.same([...changedKeys(base, mine)].sort(), ['m0', 'm1', 'mine', 'p1'])
  const changedByThem = mergeSigns([added('p1')], [], [{ ...added('p1'), bbox: away }])
  t.equal(changedByThem.length, 1, 'what one deleted and the other changed stays')
})

t.test('after a save by anybody, undo takes back one’s own steps only', async (t) => {
  const editing = after(begun(found('m0'), found('m1')), { kind: 'accept', key: 'm0' })
  const theirs = reviewOf([found('m0'), found('m1', 'rejected')], 1)
  const merged = after(editing, { kind: 'rebase', from: editing.base.signs, onto: theirs })
  t.same(verdicts(merged), ['accepted', 'rejected'])
  t.same(verdicts(after(merged, { kind: 'undo' })), [null, 'rejected'])
  const loaded = after(merged, { kind: 'replace', signs: theirs.signs })
  t.notOk(isChanged(loaded))
  t.same(verdicts(after(loaded, { kind: 'undo' })), ['accepted', 'rejected'], 'mine is one step away')
  const saved = reviewOf([found('m0', 'accepted'), found('m1', 'accepted')], 1)
  const after1 = after(editing, { kind: 'rebase', from: editing.signs, onto: saved })
  t.notOk(isChanged(after1))
  t.same(verdicts(after(after1, { kind: 'undo' })), [null, 'accepted'])
})

t.test('boxes stay inside the picture and are never empty', async (t) => {
  const picture = { width: 100, height: 80 }
  t.same(movedBox([10, 10, 30, 30], { x: -50, y: 70 }, picture), [0, 60, 20, 80])
  t.same(movedBox([10, 10, 30, 30], { x: 1.4, y: -1.6 }, picture), [11, 8, 31, 28])
  t.same(resizedBox([10, 10, 30, 30], 'se', { x: 500, y: -500 }, picture), [10, 10, 100, 12])
  t.same(resizedBox([10, 10, 30, 30], 'nw', { x: 500, y: -500 }, picture), [28, 0, 30, 30])
  t.same(resizedBox([10, 10, 30, 30], 'e', { x: 5, y: 5 }, picture), [10, 10, 35, 30])
  t.same(resizedBox([10, 10, 30, 30], 'n', { x: 5, y: 5 }, picture), [10, 15, 30, 30])
  t.same(boxBetween({ x: 40.2, y: 50.6 }, { x: -9, y: 20 }, picture), [0, 20, 40, 51])
  t.same(boxBetween({ x: 100, y: 80 }, { x: 100, y: 80 }, picture), [98, 78, 100, 80])
  t.same(boxAround({ x: 2, y: 79 }, 20, picture), [0, 60, 20, 80])
  t.same(boxAround({ x: 50, y: 40 }, 500, picture), [0, 0, 100, 80])
})

t.test('a class is found by code, Chinese and English name, the likeliest first', async (t) => {
  const classes = [limit60, stop, limit80, limit6]
  const codes = (text: string) => searchClasses(classes, text).map(({ class_code }) => class_code)
  t.same(codes(''), ['pl60', 'ps', 'pl80', 'pl6'])
  t.same(codes('PL6'), ['pl6', 'pl60'])
  t.same(codes('限速'), ['pl6', 'pl60', 'pl80'])
  t.same(codes('让行'), ['ps'])
  t.same(codes('60'), ['pl60'])
  t.same(codes('limit 80'), ['pl80'])
  t.same(codes('猫'), [])
})

t.test('a class used again keeps its digit; a tenth takes that of the one not used for longest', async (t) => {
  const codes = Array.from({ length: 9 }, (_, i) => `c${i}`)
  const full = codes.reduce<RecentClass[]>(withRecent, [])
  const again = withRecent(full, 'c0')
  t.same(
    again.map(({ code }) => code),
    codes,
  )
  t.equal(withRecent(again, 'new')[1]?.code, 'new')
})
