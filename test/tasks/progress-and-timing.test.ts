import t from 'tap'
import type { PassingEvent } from '../../src/contract/index.ts'
import { ProgressBoard } from '../../src/tasks/progress-board.ts'
import { progressAt, stepName } from '../../src/tasks/steps.ts'
import { observe, predict, type TimingSums } from '../../src/tasks/timing-model.ts'

const learn = (runs: Array<[number, number]>) =>
  runs.reduce<TimingSums | undefined>(
    (sums, [megapixels, seconds]) => observe(sums, megapixels, seconds),
    undefined,
  ) as TimingSums
const line = (at: number) => 0.1 + 0.05 * at

t.test('runs of one size predict their mean, for every size', async (t) => {
  const sums = learn([
    [2, 0.3],
    [2, 0.5],
  ])
  for (const megapixels of [0.3, 2, 12]) t.ok(Math.abs(predict(sums, megapixels) - 0.4) < 0.01)
})

t.test('runs of several sizes predict along their line', async (t) => {
  const sums = learn([0.3, 2, 12, 0.3, 2, 12].map((megapixels) => [megapixels, line(megapixels)]))
  for (const megapixels of [0.1, 1, 6, 24]) {
    t.ok(Math.abs(predict(sums, megapixels) - line(megapixels)) < 1e-6, `${megapixels} MP`)
  }
})

t.test('no prediction falls with size, or below a tenth of the mean', async (t) => {
  const falling = learn([
    [1, 2],
    [10, 1],
  ])
  t.equal(predict(falling, 1), predict(falling, 100))
  const steep = learn([
    [10, 0.1],
    [20, 10],
  ])
  t.ok(predict(steep, 0) > 0)
})

t.test('newer runs count for more', async (t) => {
  const slowThenFast = learn([...Array(200).fill([2, 1]), ...Array(200).fill([2, 0.1])] as Array<[number, number]>)
  t.ok(predict(slowThenFast, 2) < 0.3)
})

t.test('steps share the progress between them', async (t) => {
  t.same(progressAt('read', 0), { index: 1, percent: 0 })
  t.same(progressAt('infer', 0.5), { index: 2, percent: 47 })
  t.same(progressAt('infer', 7), { index: 2, percent: 75 })
  t.same(progressAt('draw', -1), { index: 3, percent: 75 })
  t.same(progressAt('save', 1), { index: 4, percent: 100 })
  t.equal(stepName(0, 'zh-CN'), null)
  t.same(
    [1, 2, 3, 4].map((index) => stepName(index, 'zh-CN')),
    ['读取图像', '模型推理中', '绘制结果', '保存记录'],
  )
})

function makeBoard() {
  const time = { ms: 1000 }
  const told: Array<{ at: number; progress: number; step: number; elapsed: number; remaining: number }> = []
  const tell = (event: PassingEvent) => {
    if (event.type !== 'detection_progress') return
    const { progress, current_step_index: step, elapsed_time: elapsed, remaining_time: remaining } = event.data.en
    told.push({ at: time.ms, progress, step, elapsed, remaining })
  }
  return { board: new ProgressBoard(tell, () => time.ms), time, told }
}

t.test('a task tells at most ten times in any second, never falls, and ends at 100', async (t) => {
  for (const stepMs of [1, 7, 40, 100, 300]) {
    const { board, time, told } = makeBoard()
    board.begin('task', { userId: 1, estimateS: 1, isFirstAttempt: true })
    board.advance('task', 'read', 0)
    for (let part = 0; part <= 1; part += 0.01) {
      time.ms += stepMs
      board.advance('task', 'infer', part)
      board.advance('task', 'read', 1)
    }
    board.advance('task', 'draw', 1)
    board.finish('task')
    board.finish('task')
    board.advance('task', 'infer', 0.1)
    for (const { at } of told) {
      const within = told.filter((other) => other.at >= at && other.at < at + 1000)
      t.ok(within.length <= 10, `${within.length} within a second, a step every ${stepMs} ms`)
    }
    const progress = told.map((message) => message.progress)
    t.same(
      progress,
      progress.toSorted((a, b) => a - b),
    )
    t.equal(told.at(-1)?.progress, 100)
    t.equal(progress.filter((percent) => percent === 100).length, 1)
    t.equal(told.at(-1)?.remaining, 0)
    t.equal(board.find('task'), null)
  }
})

t.test('a later attempt does not fall behind an earlier one', async (t) => {
  const { board, told } = makeBoard()
  board.begin('task', { userId: 1, estimateS: 1, isFirstAttempt: true })
  board.advance('task', 'save', 0)
  board.forget('task')
  board.begin('task', { userId: 1, estimateS: 1, isFirstAttempt: false })
  board.advance('task', 'read', 0)
  board.finish('task')
  t.same(
    told.map(({ progress }) => progress),
    [90, 90, 100],
  )
})

t.test('time counts from the first step, and what remains is never negative', async (t) => {
  const { board, time } = makeBoard()
  board.begin('task', { userId: 1, estimateS: 2, isFirstAttempt: true })
  time.ms += 5000
  board.advance('task', 'read', 0)
  t.match(board.find('task'), { elapsedS: 0, remainingS: 2, stepIndex: 1 })
  time.ms += 500
  t.match(board.find('task'), { elapsedS: 0.5, remainingS: 1.5 })
  time.ms += 5000
  t.match(board.find('task'), { elapsedS: 5.5, remainingS: 0 })
})
