import t from 'tap'
import { Random } from '../../scripts/street-scenes/random.ts'
import type { Detection } from '../../src/contract/index.ts'
import { type SignTrack, SignTracker } from '../../src/tracking/sign-tracker.ts'
import {
  boxAt,
  classes,
  type Drive,
  type DriveOptions,
  drive,
  everyS,
  found,
  keyOf,
  type Look,
  picture,
  type RoadSign,
  randomRoad,
} from './drive.ts'

const options = { confidenceThreshold: 0.5 }
const sign: RoadSign = { code: 'pl60', right: 5, up: 1, along: 70, size: 0.8 }
const [sixty, eighty] = [classes[0]!, classes[1]!]

function follow(looks: Look[], tracker = new SignTracker(options)): SignTrack[] {
  for (const { timeS, detections } of looks) tracker.update(timeS, picture, detections)
  return tracker.tracks()
}

/** The signs that a track has boxes of, the most frequent first; -1 for false alarms. */
function signsOf({ boxes }: SignTrack, { signOf }: Drive): number[] {
  const counts = new Map<number, number>()
  for (const { timeS, bbox } of boxes) {
    const sign = signOf.get(keyOf(timeS, bbox))!
    counts.set(sign, (counts.get(sign) ?? 0) + 1)
  }
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([sign]) => sign)
}

t.test('a sign that is passed is one track, from its first sight to its last', async (t) => {
  const passing = drive(everyS(10, 4), { seed: 1, signs: [sign], seconds: 4, noise: 0.03 })
  const seen = passing.looks.filter(({ detections }) => detections.length > 0)
  const [track, ...more] = follow(passing.looks)
  t.same(more, [])
  t.equal(track?.boxes.length, seen.length)
  t.ok(seen.length > 30)
  t.match(track, { signClass: sixty, firstTimeS: seen[0]!.timeS, lastTimeS: seen.at(-1)!.timeS })
  t.ok(track!.bestTimeS > 3, 'it is seen best from near')
  t.equal(follow(passing.looks.slice(0, 20))[0]?.firstTimeS, track?.firstTimeS, 'also before its end')
})

t.test('two signs on one pole stay two, also where both say the same', async (t) => {
  for (const code of ['pl80', 'pl60']) {
    const signs = [sign, { ...sign, code, up: 1.9 }]
    const passing = drive(everyS(10, 4), { seed: 2, signs, seconds: 4, noise: 0.04, missed: 0.1, shakePx: 3 })
    const tracks = follow(passing.looks)
    t.same(tracks.map((track) => signsOf(track, passing)).toSorted(), [[0], [1]], code)
  }
})

t.test('a sign behind a lorry comes back as itself', async (t) => {
  const passing = drive(everyS(10, 4), { seed: 3, signs: [sign], seconds: 4, noise: 0.03 })
  const isHidden = ({ timeS }: Look) => timeS > 1.5 && timeS < 2.25
  const looks = passing.looks.map((look) => (isHidden(look) ? { ...look, detections: [] } : look))
  const tracker = new SignTracker(options)
  const expected: boolean[] = []
  for (const { timeS, detections } of looks) {
    const { visible } = tracker.update(timeS, picture, detections)
    if (timeS > 1.55 && timeS < 2.25) expected.push(visible[0]?.isSeen === false)
  }
  t.equal(tracker.tracks().length, 1)
  t.ok(tracker.tracks()[0]!.boxes.length > 25)
  t.same(expected, [true, true, true, false, false, false, false], 'it is shown where it is expected, for a moment')
})

t.test('a sign is one track also where looks are seconds apart', async (t) => {
  for (const perSecond of [2, 1, 0.5]) {
    const looks = everyS(perSecond, 12).map((timeS, i) => ({
      timeS,
      detections: [found(sixty, 0.9, [900 + i * 2, 400, 930 + i * 3, 430 + i])],
    }))
    t.equal(follow(looks)[0]?.boxes.length, looks.length, `${perSecond} a second`)
  }
})

t.test('what is seen once or for a moment is no sign', async (t) => {
  const at = (timeS: number, confidence: number): Look => ({
    timeS,
    detections: [found(sixty, confidence, [900, 400, 930, 430])],
  })
  const nothing = everyS(10, 3).map((timeS) => ({ timeS: timeS + 5, detections: [] }))
  t.same(follow([at(1, 0.95), ...nothing]), [], 'once')
  t.same(follow([at(1, 0.95), at(1.04, 0.95), ...nothing]), [], 'twice within a blink')
  t.same(follow([at(1, 0.52), at(1.2, 0.52), ...nothing]), [], 'twice, hardly')
  t.equal(follow([at(1, 0.95), at(1.2, 0.9), ...nothing]).length, 1, 'twice, surely')
})

t.test('what always looks a little like a sign never is one', async (t) => {
  const poster = (confidence: (i: number) => number) =>
    everyS(10, 5).map((timeS, i) => ({ timeS, detections: [found(sixty, confidence(i), [900, 400, 930, 430])] }))
  t.same(follow(poster(() => 0.48)), [])
  t.same(follow(poster((i) => (i % 10 === 0 ? 0.55 : 0.3))), [], 'nor where it is over the threshold now and then')
})

t.test('a class that flips far away is voted down by what is read from near', async (t) => {
  const passing = drive(everyS(10, 4), { seed: 5, signs: [sign], seconds: 4 })
  const flip = (detection: Detection): Detection =>
    detection.bbox[2] - detection.bbox[0] < 22 ? { ...detection, ...eighty, confidence: 0.6 } : detection
  const looks = passing.looks.map((look) => ({ ...look, detections: look.detections.map(flip) }))
  const [track, ...more] = follow(looks)
  t.same(more, [])
  t.same(track?.signClass, sixty)
  t.equal(follow(looks.slice(0, 8))[0]?.signClass.class_code, 'pl80', 'which could not be known before')
})

t.test('another category does not end a track while the detector makes up its mind', async (t) => {
  const passing = drive(everyS(10, 4), { seed: 6, signs: [sign], seconds: 4 })
  const warning = classes[4]!
  const looks = passing.looks.map(({ timeS, detections }, i) => ({
    timeS,
    detections: detections.map((one) => (i % 2 === 0 && timeS < 2 ? { ...one, ...warning } : one)),
  }))
  t.equal(follow(looks).length, 1)
})

const roughDrive = (seed: number): Omit<DriveOptions, 'signs'> => ({
  ...{ seed, seconds: 12, missed: 0.1, falseAlarms: 0.1, shakePx: 4, noise: 0.05, misread: 0.2 },
  cut: seed % 4 === 0 ? { atS: 6, metres: 35 } : undefined,
})

t.test('in hundreds of drives, no detection is of two tracks, and no track of two signs of one picture', async (t) => {
  let [looksOfMany, looks] = [0, 0]
  for (let seed = 1; seed <= 200; seed++) {
    const passing = drive(everyS(10, 12), { ...roughDrive(seed), signs: randomRoad(seed, 220) })
    const tracks = follow(passing.looks)
    const taken = tracks.flatMap(({ boxes }) => boxes.map(({ timeS, bbox }) => keyOf(timeS, bbox)))
    if (new Set(taken).size < taken.length) t.fail(`drive ${seed}: a detection is in two tracks`)
    for (const track of tracks) {
      const times = track.boxes.map(({ timeS }) => timeS)
      if (new Set(times).size < times.length) t.fail(`drive ${seed}: two boxes of one picture are one track`)
      const [main] = signsOf(track, passing)
      looks += track.boxes.length
      looksOfMany += track.boxes.filter(({ timeS, bbox }) => passing.signOf.get(keyOf(timeS, bbox)) !== main).length
    }
  }
  t.ok(looksOfMany / looks < 0.015, `${looksOfMany} of ${looks} looks went to a neighbour's track`)
})

/** Of the signs that were in sight for half a second: how many came out once and only once, and as what they are. */
function score(times: (seed: number) => number[], rough: (seed: number) => Omit<DriveOptions, 'signs'>) {
  const sum = { signs: 0, once: 0, never: 0, misread: 0, ghosts: 0 }
  for (let seed = 1; seed <= 60; seed++) {
    const signs = randomRoad(seed, 220)
    const passing = drive(times(seed), { ...rough(seed), signs })
    const tracks = follow(passing.looks)
    const mains = tracks.map((track) => signsOf(track, passing)[0])
    sum.ghosts += mains.filter((main) => main === -1).length
    for (const [i, { code }] of signs.entries()) {
      if (!wasInSight(i, passing)) continue
      const mine = tracks.filter((_, track) => mains[track] === i)
      sum.signs++
      if (mine.length === 1) sum.once++
      if (mine.length === 0) sum.never++
      if (mine[0] !== undefined && mine[0].signClass.class_code !== code) sum.misread++
    }
  }
  return sum
}

function wasInSight(sign: number, { looks, signOf }: Drive): boolean {
  const isOf = (timeS: number, { bbox, confidence }: Detection) =>
    signOf.get(keyOf(timeS, bbox)) === sign && confidence >= options.confidenceThreshold
  const seen = looks.filter(({ timeS, detections }) => detections.some((one) => isOf(timeS, one)))
  return seen.length >= 3 && seen.at(-1)!.timeS - seen[0]!.timeS >= 0.5
}

function irregular(seed: number): number[] {
  const random = new Random(seed + 999)
  const times: number[] = []
  for (let timeS = 0; timeS < 12; timeS += random.between(0.04, 0.25)) times.push(timeS)
  return times
}

t.test('a drive gives the same signs at any number of looks a second, also irregular ones', async (t) => {
  // At 3 looks a second, signs that leave the picture within a second have three looks at most, of which some are missed.
  const cases = [
    { rate: 3, smooth: 0.93, rough: 0.9, never: 0.05 },
    { rate: 5, smooth: 0.97, rough: 0.92, never: 0.005 },
    { rate: 10, smooth: 0.985, rough: 0.94, never: 0.005 },
    { rate: 25, smooth: 0.99, rough: 0.94, never: 0.005 },
    { rate: 'irregular', smooth: 0.97, rough: 0.94, never: 0.01 },
  ]
  for (const { rate, smooth, rough, never } of cases) {
    const times = (seed: number) => (typeof rate === 'number' ? everyS(rate, 12) : irregular(seed))
    const onSmooth = score(times, (seed) => ({ ...roughDrive(seed), shakePx: 0, cut: undefined }))
    const onRough = score(times, roughDrive)
    t.ok(onSmooth.once >= smooth * onSmooth.signs, `${rate} looks a second, smooth road: ${JSON.stringify(onSmooth)}`)
    t.ok(
      onRough.once >= rough * onRough.signs,
      `${rate} looks a second, rough road and cuts: ${JSON.stringify(onRough)}`,
    )
    for (const sum of [onSmooth, onRough]) {
      t.ok(sum.never <= never * sum.signs, 'hardly a sign is lost')
      t.ok(sum.misread <= 0.015 * sum.signs, 'or taken for another')
      t.ok(sum.ghosts <= 1, 'and false alarms come to nothing')
    }
  }
})

t.test('a scene that is cut ends its signs and begins others', async (t) => {
  const before = drive(everyS(10, 2), { seed: 8, signs: [sign], seconds: 2 })
  const other = { ...sign, code: 'i13', right: -6, along: 50 }
  const after = drive(everyS(10, 2), { seed: 9, signs: [other], seconds: 2 })
  const moved = after.looks.map(({ timeS, detections }) => ({ timeS: timeS + 2, detections }))
  const tracks = follow([...before.looks, ...moved])
  t.same(
    tracks.map(({ signClass }) => signClass.class_code),
    ['pl60', 'i13'],
  )
  t.ok(tracks[0]!.lastTimeS < 2 && tracks[1]!.firstTimeS >= 2)
})

t.test('whoever goes on from a snapshot in mid-drive comes to the same result', async (t) => {
  for (const seed of [11, 12, 13]) {
    const { looks } = drive(everyS(10, 12), { ...roughDrive(seed), signs: randomRoad(seed, 220) })
    const whole = follow(looks)
    for (const at of [20, 61, 90]) {
      const first = new SignTracker(options)
      follow(looks.slice(0, at), first)
      const snapshot = JSON.parse(JSON.stringify(first.snapshot()))
      const kept = JSON.stringify(snapshot)
      t.same(follow(looks.slice(at), SignTracker.restore(options, snapshot)), whole, `drive ${seed}, at look ${at}`)
      t.equal(JSON.stringify(snapshot), kept, 'and the snapshot stays what it was')
    }
  }
})

t.test('what is taken away as finished needs no memory any more, and nothing is lost', async (t) => {
  const { looks } = drive(everyS(10, 60), { ...roughDrive(14), signs: randomRoad(14, 1000), seconds: 60 })
  const tracker = new SignTracker(options)
  const taken: SignTrack[] = []
  let largest = 0
  for (const [i, { timeS, detections }] of looks.entries()) {
    tracker.update(timeS, picture, detections)
    if (i % 50 === 49) {
      taken.push(...tracker.takeFinished())
      largest = Math.max(largest, tracker.tracks().length)
    }
  }
  const byTime = (a: SignTrack, b: SignTrack) => a.firstTimeS - b.firstTimeS || a.trackId - b.trackId
  t.same([...taken, ...tracker.tracks()].toSorted(byTime), follow(looks).toSorted(byTime))
  t.ok(taken.length > 20)
  t.ok(largest < 12, `${largest} at once`)
})

t.test('boxes are whole pixels inside the picture, also where a sign leaves it', async (t) => {
  const near = { ...sign, right: 2.5, up: 2 }
  const tracker = new SignTracker(options)
  for (const timeS of everyS(25, 4.2)) {
    const place = boxAt(near, timeS)
    const half = (place?.size ?? 0) / 2
    const corners = place && [place.x - half, place.y - half, place.x + half, place.y + half]
    const { visible } = tracker.update(timeS, picture, corners === null ? [] : [found(sixty, 0.9, corners)])
    for (const { bbox } of visible) {
      const [x1, y1, x2, y2] = bbox
      const isInside = x1 >= 0 && y1 >= 0 && x2 <= picture.width && y2 <= picture.height && x1 <= x2 && y1 <= y2
      if (!(isInside && bbox.every(Number.isInteger))) t.fail(`${timeS} s: ${bbox}`)
    }
  }
  t.equal(tracker.tracks().length, 1)
})

t.test('a picture is told of as the best of a track only where it is clearly better', async (t) => {
  const tracker = new SignTracker(options)
  const see = (timeS: number, size: number, confidence: number, left = 900) =>
    tracker.update(timeS, picture, [found(sixty, confidence, [left, 400, left + size, 400 + size])]).bests.length
  t.equal(see(0, 30, 0.8), 1, 'the first')
  t.equal(see(0.1, 31, 0.8), 0, 'hardly better')
  t.equal(see(0.2, 34, 0.85), 1)
  t.equal(see(0.3, 36, 0.5), 0, 'larger, but hardly to be seen')
  t.equal(tracker.tracks()[0]?.bestTimeS, 0.2)
  t.same(tracker.tracks()[0]?.bestBbox, [900, 400, 934, 434])
  const edge = new SignTracker(options)
  edge.update(0, picture, [found(sixty, 0.8, [1800, 400, 1860, 460])])
  t.same(edge.update(0.1, picture, [found(sixty, 0.8, [1840, 395, 1920, 465])]).bests, [], 'cut by the edge')
})

t.test('signs are told of once, when they are known to be some', async (t) => {
  const passing = drive(everyS(10, 4), { seed: 1, signs: [sign], seconds: 4 })
  const tracker = new SignTracker(options)
  const started = passing.looks.flatMap(({ timeS, detections }) => tracker.update(timeS, picture, detections).started)
  t.equal(started.length, 1)
  t.notOk(tracker.isAlive(started[0]!.trackId + 1))
  t.equal(tracker.isAlive(started[0]!.trackId), true)
  t.ok(tracker.isTracking)
  tracker.update(9, picture, [])
  t.notOk(tracker.isTracking || tracker.isAlive(started[0]!.trackId))
  t.equal(SignTracker.lowThreshold({ confidenceThreshold: 0.05 }), 0.05, 'whoever asks for weak ones gets them')
})

t.test('a sign that is in sight for hours is kept in a bounded number of places', async (t) => {
  const tracker = new SignTracker(options)
  const detection: Detection = { ...sixty, confidence: 0.9, bbox: [100, 100, 140, 140] }
  const seconds = 3600
  for (let at = 0; at <= seconds * 10; at++) tracker.update(at / 10, picture, [detection])
  const [track, ...others] = tracker.tracks() as [SignTrack]
  t.same(others, [])
  t.match(track, { firstTimeS: 0, lastTimeS: seconds })
  const times = track.boxes.map(({ timeS }) => timeS)
  t.ok(times.length <= 4000, `${times.length} places`)
  t.same([times[0], times.at(-1)], [0, seconds])
  const gaps = times.slice(1).map((time, i) => time - (times[i] as number))
  t.ok(Math.min(...gaps) > 0 && Math.max(...gaps) <= 4, `spread over all of it, with gaps of ${Math.max(...gaps)} s`)
})
