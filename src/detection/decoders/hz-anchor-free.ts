import type { Box } from '../geometry.ts'
import { logit, sigmoid } from '../probability.ts'
import {
  bestOf,
  type Candidate,
  countCells,
  type DecodeRule,
  type Decoder,
  type InputSize,
  type NetworkOutput,
  type OutputProblem,
} from './decoder.ts'

/**
 * Our own networks. `categories` `[1, N, C]` are logits; `distances` `[1, N, 4]` are left, top, right and bottom from a
 * cell's centre, in input pixels. N counts the cells of all strides, finest first, each row by row.
 * Anchor-free decoding as in FCOS (Tian et al. 2019), without centre-ness.
 */
export const hzAnchorFree: Decoder = {
  roles: ['categories', 'distances'],
  usesStrides: true,
  hasRepeats: true,
  minSide: 1,
  problemOf,
  decode,
}

function problemOf([categories, distances]: NetworkOutput[], size: InputSize, rule: DecodeRule): OutputProblem | null {
  const cells = countCells(size, rule.strides)
  const fits = ({ dims }: NetworkOutput) => dims.length === 3 && dims[0] === 1 && dims[1] === cells
  if (!fits(distances!) || distances!.dims[2] !== 4) {
    return { kind: 'shape', output: distances!, expected: `[1, ${cells}, 4]` }
  }
  if (!fits(categories!)) return { kind: 'shape', output: categories!, expected: `[1, ${cells}, ${rule.classes}]` }
  const found = categories!.dims[2]!
  return found === rule.classes ? null : { kind: 'classes', output: categories!, found }
}

function decode([categories, distances]: NetworkOutput[], size: InputSize, rule: DecodeRule): Candidate[] {
  const logits = categories!.data
  // Logits are compared as they are: nearly all of the 30,000 cells are background and need no sigmoid.
  const minLogit = logit(rule.minScore)
  const candidates: Candidate[] = []
  let cell = 0
  for (const stride of rule.strides) {
    for (let y = stride / 2; y < size.height; y += stride) {
      for (let x = stride / 2; x < size.width; x += stride, cell++) {
        const classIndex = bestOf(logits, cell * rule.classes, rule.classes)
        const best = logits[cell * rule.classes + classIndex]!
        if (best < minLogit) continue
        candidates.push({ ...boxFrom(x, y, distances!.data, cell * 4), score: sigmoid(best), classIndex })
      }
    }
  }
  return candidates
}

function boxFrom(x: number, y: number, distances: Float32Array, at: number): Box {
  return {
    x1: x - distances[at]!,
    y1: y - distances[at + 1]!,
    x2: x + distances[at + 2]!,
    y2: y + distances[at + 3]!,
  }
}
