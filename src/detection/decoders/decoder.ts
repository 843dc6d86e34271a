import type { Box } from '../geometry.ts'

/** A place where the detector sees a sign. `classIndex` counts the detector's own classes. */
export interface Candidate extends Box {
  score: number
  classIndex: number
}

/** One output of a network. */
export interface NetworkOutput {
  name: string
  data: Float32Array
  dims: readonly number[]
}

/** Of the network's input, in pixels. */
export interface InputSize {
  width: number
  height: number
}

export interface DecodeRule {
  classes: number
  /** Pixels per cell, finest first; for decoders that use them. */
  strides: number[]
  minScore: number
}

/** Why outputs are not what a decoder reads. */
export type OutputProblem =
  | { kind: 'shape'; output: NetworkOutput; expected: string }
  /** The network tells so many classes apart, not as many as its description. */
  | { kind: 'classes'; output: NetworkOutput; found: number }

/** How one family of networks says where it sees signs. */
export interface Decoder {
  /** What the outputs that it reads are for, in the order in which it takes them: the keys of `detector.outputs`. */
  roles: readonly string[]
  /** Whether `strides` say how many cells an input has. */
  usesStrides: boolean
  /** The network leaves several boxes on one sign, of which `suppress` keeps the best. */
  hasRepeats: boolean
  /** The least side of an input that the network can run on, in pixels. */
  minSide: number
  /** null when `decode` can read these. */
  problemOf(outputs: NetworkOutput[], size: InputSize, rule: DecodeRule): OutputProblem | null
  /** Candidates of at least `minScore`, in input pixels and in any order. What is no number is left in, to be noticed. */
  decode(outputs: NetworkOutput[], size: InputSize, rule: DecodeRule): Candidate[]
}

/** A total order, so that the same picture gives the same list whatever the sort does with equals. */
export function byScore(a: Candidate, b: Candidate): number {
  return b.score - a.score || a.y1 - b.y1 || a.x1 - b.x1 || a.classIndex - b.classIndex
}

/** Which of `count` values, from `start` and `step` apart, is the largest; the first of equals. */
export function bestOf(values: Float32Array, start: number, count: number, step = 1): number {
  let best = 0
  for (let i = 1; i < count; i++) {
    if (values[start + i * step]! > values[start + best * step]!) best = i
  }
  return best
}

export function boxAround(x: number, y: number, width: number, height: number): Box {
  return { x1: x - width / 2, y1: y - height / 2, x2: x + width / 2, y2: y + height / 2 }
}

/** How many cells an input has. */
export function countCells({ width, height }: InputSize, strides: number[]): number {
  return strides.reduce((cells, stride) => cells + (width / stride) * (height / stride), 0)
}

/**
 * For outputs `[1, N, before + C]`, one row a box. A wrong last dimension is taken for another number of classes
 * unless there are fewer rows than columns: then it is another layout.
 */
export function rowsProblem(output: NetworkOutput, before: number, classes: number): OutputProblem | null {
  const [batch, rows, columns] = output.dims
  const found = (columns ?? 0) - before
  const isOther = output.dims.length !== 3 || batch !== 1 || found < 1
  if (!isOther && found === classes) return null
  if (!isOther && rows! > columns!) return { kind: 'classes', output, found }
  return { kind: 'shape', output, expected: `[1, N, ${before} + ${classes}]` }
}
