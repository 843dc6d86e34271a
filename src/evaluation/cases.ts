import { type Box, iou } from '../detection/geometry.ts'
import { pairUp } from './match.ts'
import { isWronglyNamed } from './naming.ts'
import { type Found, type ScoredPhoto, sideOf, type Truth } from './signs.ts'

/** One thing that went wrong. */
export interface Case {
  kind: 'missed' | 'false-alarm' | 'wrong-name'
  photo: string
  truth: Truth | null
  /** For a missed sign: the best find there that is too uncertain or fits too badly for it, and is no other sign; null: none. */
  found: Found | null
}

/** A find that overlaps a missed sign by this much was probably meant for it. */
const nearIou = 0.1

/** Everything that went wrong at `confidence`, the most confident mistake first; missed signs without a find by size. */
export function casesOf(photos: readonly ScoredPhoto[], minIou: number, confidence: number): Case[] {
  return photos
    .flatMap((photo) => casesIn(photo, minIou, confidence))
    .sort((a, b) => confidenceOf(b) - confidenceOf(a) || sideOf(boxOf(b)) - sideOf(boxOf(a)))
}

function casesIn(photo: ScoredPhoto, minIou: number, confidence: number): Case[] {
  const pairs = pairUp(photo, minIou, confidence)
  const used = new Set(pairs.map((pair) => (pair.kind === 'hit' ? pair.found : null)))
  const unused = photo.found.filter((found) => !used.has(found))
  return pairs.flatMap((pair): Case[] => {
    const start = { photo: photo.name }
    if (pair.kind === 'missed') {
      return [{ ...start, kind: 'missed', truth: pair.truth, found: nearest(unused, pair.truth.box) }]
    }
    if (pair.kind === 'false-alarm') return [{ ...start, kind: 'false-alarm', truth: null, found: pair.found }]
    return isWronglyNamed(pair) ? [{ ...start, kind: 'wrong-name', truth: pair.truth, found: pair.found }] : []
  })
}

/** Where it is, in source pixels. */
export function boxOf({ truth, found }: Case): Box {
  return truth?.box ?? found!.box
}

function confidenceOf({ found }: Case): number {
  return found?.confidence ?? 0
}

function nearest(found: readonly Found[], box: Box): Found | null {
  return found.find((one) => iou(one.box, box) >= nearIou) ?? null
}
