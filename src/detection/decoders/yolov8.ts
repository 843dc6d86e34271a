import {
  bestOf,
  boxAround,
  type Candidate,
  type DecodeRule,
  type Decoder,
  type InputSize,
  type NetworkOutput,
  type OutputProblem,
} from './decoder.ts'

/**
 * YOLOv8, YOLO11 and others of Ultralytics without `nms` and `end2end`: one output `[1, 4 + C, N]`, in each column the
 * box's centre, width and height in input pixels, then class scores after the sigmoid. There is no objectness.
 */
export const yolov8: Decoder = {
  roles: ['predictions'],
  usesStrides: false,
  hasRepeats: true,
  minSide: 1,
  problemOf,
  decode,
}

function problemOf([output]: NetworkOutput[], _size: InputSize, { classes }: DecodeRule): OutputProblem | null {
  const [batch, rows, boxes] = output!.dims
  const found = (rows ?? 0) - 4
  const isOther = output!.dims.length !== 3 || batch !== 1 || found < 1
  if (!isOther && found === classes) return null
  // Fewer boxes than rows: it is `[1, N, …]`, another layout.
  if (!isOther && boxes! > rows!) return { kind: 'classes', output: output!, found }
  return { kind: 'shape', output: output!, expected: `[1, 4 + ${classes}, N]` }
}

function decode([output]: NetworkOutput[], _size: InputSize, rule: DecodeRule): Candidate[] {
  const { data, dims } = output!
  const boxes = dims[2]!
  const candidates: Candidate[] = []
  for (let i = 0; i < boxes; i++) {
    const classIndex = bestOf(data, 4 * boxes + i, rule.classes, boxes)
    const score = data[(4 + classIndex) * boxes + i]!
    if (score < rule.minScore) continue
    const box = boxAround(data[i]!, data[boxes + i]!, data[2 * boxes + i]!, data[3 * boxes + i]!)
    candidates.push({ ...box, score, classIndex })
  }
  return candidates
}
