import type { Detection } from '../contract/index.ts'
import { sizeOf, stateOf } from './motion.ts'
import type { Track } from './track.ts'

type Relation = 'sameClass' | 'sameCategory' | 'other'

/** The farthest that a detection may be from where a track is expected, in sizes of the sign, by what they say. */
const REACH = { sameClass: 1.5, sameCategory: 1.1, other: 0.5 }
/** And in standard deviations of where it is expected: a sign whose way is known may not become its neighbour. */
const SPREADS = { sameClass: 4, sameCategory: 3, other: 2 }
/** A bump moves small signs by more than their size: so far they may be off, as a share of the picture's height. */
const BUMP = 0.015
/** A track without a speed, and one that was not seen for a while, may be further off. */
const NEW_REACH = 1.6
const REACH_PER_LOST_S = 0.8
/** The most that the size may differ from the expected one, as a factor. */
const SIZE_REACH = Math.log(1.9)
/** What it costs to say something else, in sizes of the sign. */
const CLASS_COST = { sameClass: 0, sameCategory: 0.15, other: 0.5 }

/** How badly a detection fits a track, in sizes of the sign; infinite where it cannot be of it. */
export function costOf(track: Track, detection: Detection, timeS: number, pictureHeight: number): number {
  const expected = track.at(timeS)
  const found = stateOf(detection.bbox)
  const sizeOff = Math.abs(Math.log(sizeOf(found) / sizeOf(expected)))
  const pixels = Math.hypot(found[0] - expected[0], found[1] - expected[1])
  const distance = pixels / Math.sqrt(sizeOf(found) * sizeOf(expected))
  const relation = relationOf(track, detection)
  if (distance > reachOf(track, relation, timeS, pictureHeight)) return Number.POSITIVE_INFINITY
  if (sizeOff > SIZE_REACH + timeS - track.lastTimeS) return Number.POSITIVE_INFINITY
  return distance + sizeOff + CLASS_COST[relation]
}

/** In sizes of the sign. */
function reachOf(track: Track, relation: Relation, timeS: number, pictureHeight: number): number {
  const size = sizeOf(track.at(timeS))
  const isNew = track.looks < 2
  const unseenS = timeS - track.lastTimeS
  const reach = REACH[relation] * (isNew ? NEW_REACH : 1) + REACH_PER_LOST_S * Math.max(0, unseenS - 0.2)
  const bump = (BUMP * pictureHeight) / size
  const spreads = (SPREADS[relation] * track.spreadAt(timeS, pictureHeight)) / size
  return Math.min(Math.max(reach, bump), spreads)
}

/** Far away, a sign is one thing and then another: whatever it was taken for before is the same. */
function relationOf(track: Track, { class_code, category }: Detection): Relation {
  if (track.wasTakenFor(class_code)) return 'sameClass'
  return track.signClass.category === category ? 'sameCategory' : 'other'
}
