import type { Candidate, DecodeRule, Decoder, InputSize, NetworkOutput, OutputProblem } from './decoder.ts'

const columns = 6

/**
 * Networks that choose their boxes themselves: YOLOv10, YOLO26, and others of Ultralytics exported with `nms`. One output
 * `[1, N, 6]`, in each row corners in input pixels, score and class; what is over is zero.
 * Their one-to-one heads may name one box twice, by two classes: that is settled where all looks are merged.
 */
export const end2end: Decoder = {
  roles: ['predictions'],
  usesStrides: false,
  hasRepeats: false,
  // The heads take the best 300 of the cells; 128 × 128 has 336, and fewer than 300 end the run with an error.
  minSide: 128,
  problemOf,
  decode,
}

/** The shape does not tell how many classes there are: the rows do, where one names a class that is not described. */
function problemOf([output]: NetworkOutput[], _size: InputSize, { classes }: DecodeRule): OutputProblem | null {
  const { data, dims } = output!
  if (dims.length !== 3 || dims[0] !== 1 || dims[2] !== columns) {
    return { kind: 'shape', output: output!, expected: '[1, N, 6]' }
  }
  let largest = 0
  for (let at = 5; at < data.length; at += columns) largest = Math.max(largest, Math.round(data[at]!))
  return largest < classes ? null : { kind: 'classes', output: output!, found: largest + 1 }
}

function decode([output]: NetworkOutput[], _size: InputSize, rule: DecodeRule): Candidate[] {
  const { data } = output!
  const candidates: Candidate[] = []
  for (let at = 0; at < data.length; at += columns) {
    const [x1, y1, x2, y2, score, named] = data.subarray(at, at + columns) as Iterable<number> as number[]
    // Unused rows are all zero, and a threshold of 0 would let them through.
    if (score! < rule.minScore || x2! <= x1! || y2! <= y1!) continue
    candidates.push({ x1: x1!, y1: y1!, x2: x2!, y2: y2!, score: score!, classIndex: Math.round(named!) })
  }
  return candidates
}
