import type { Box } from './geometry.ts'

/** A place where the detector sees a sign. `category` is an index into the detector's categories. */
export interface Candidate extends Box {
  score: number
  category: number
}

/** What the network says about an input of `width` × `height`: see the decoder "hz-anchor-free" in the model card. */
export interface DetectorOutput {
  /** `[cells, categories]` logits. */
  categoryLogits: Float32Array
  /** `[cells, 4]` distances left, top, right, bottom from the cell's centre, in input pixels. */
  distances: Float32Array
}

export interface DecodeRule {
  /** Pixels per cell; the output holds the finest first, each row by row. */
  strides: number[]
  categories: number
  minScore: number
  maxCandidates: number
}

/** How many cells an input has. */
export function countCells(width: number, height: number, strides: number[]): number {
  return strides.reduce((cells, stride) => cells + (width / stride) * (height / stride), 0)
}

/**
 * Every cell whose best category reaches `minScore`, best first, at most `maxCandidates`, in input pixels.
 * Anchor-free decoding as in FCOS (Tian et al. 2019), without centre-ness.
 */
export function decodeOutputs(output: DetectorOutput, width: number, height: number, rule: DecodeRule): Candidate[] {
  // Logits are compared as they are: nearly all of the 30,000 cells are background and need no sigmoid.
  const minLogit = logit(rule.minScore)
  const candidates: Candidate[] = []
  let cell = 0
  for (const stride of rule.strides) {
    for (let y = stride / 2; y < height; y += stride) {
      for (let x = stride / 2; x < width; x += stride, cell++) {
        const category = bestOf(output.categoryLogits, cell * rule.categories, rule.categories)
        const best = output.categoryLogits[cell * rule.categories + category]!
        if (best < minLogit) continue
        candidates.push({ ...boxAround(x, y, output.distances, cell * 4), score: sigmoid(best), category })
      }
    }
  }
  return candidates.sort(byScore).slice(0, rule.maxCandidates)
}

/** A total order, so that the same picture gives the same list whatever the sort does with equals. */
export function byScore(a: Candidate, b: Candidate): number {
  return b.score - a.score || a.y1 - b.y1 || a.x1 - b.x1 || a.category - b.category
}

function boxAround(x: number, y: number, distances: Float32Array, at: number): Box {
  return {
    x1: x - distances[at]!,
    y1: y - distances[at + 1]!,
    x2: x + distances[at + 2]!,
    y2: y + distances[at + 3]!,
  }
}

/** Offset of the largest of `count` values from `start`. */
export function bestOf(values: Float32Array, start: number, count: number): number {
  let best = 0
  for (let i = 1; i < count; i++) {
    if (values[start + i]! > values[start + best]!) best = i
  }
  return best
}

function logit(probability: number): number {
  return Math.log(probability / (1 - probability))
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
