import t from 'tap'
import { Pace } from '../../src/tasks/pace.ts'

t.test('what is left takes as long as what was done says', async (t) => {
  let nowMs = 0
  const pace = new Pace(() => nowMs)
  t.equal(pace.remainingS(0, 100), null, 'nothing is known at first')
  nowMs = 5000
  t.equal(pace.remainingS(20, 100), 20)
  t.equal(pace.remainingS(20, null), null, 'nor where there is no end')
  t.equal(pace.remainingS(120, 100), 0, 'a header may have lied')
})

t.test('what an earlier attempt did says nothing of how fast this one is', async (t) => {
  let nowMs = 0
  const pace = new Pace(() => nowMs)
  pace.remainingS(80, 100)
  nowMs = 5000
  t.equal(pace.remainingS(80, 100), null, 'nor how long it takes to begin')
  nowMs = 10_000
  t.equal(pace.done(85), 5)
  t.equal(pace.remainingS(85, 100), 15)
})
