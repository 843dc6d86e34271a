import {
  bestOf,
  boxAround,
  type Candidate,
  type DecodeRule,
  type Decoder,
  type InputSize,
  type NetworkOutput,
  rowsProblem,
} from './decoder.ts'

/**
 * YOLOv5, and YOLOv7 exported with its grid: one output `[1, N, 5 + C]`, in each row the box's centre, width and height
 * in input pixels, then objectness and class scores, both after the sigmoid. The score is their product.
 */
export const yolov5: Decoder = {
  roles: ['predictions'],
  usesStrides: false,
  hasRepeats: true,
  minSide: 1,
  problemOf: ([output], _size, rule) => rowsProblem(output!, 5, rule.classes),
  decode,
}

function decode([output]: NetworkOutput[], _size: InputSize, rule: DecodeRule): Candidate[] {
  const { data } = output!
  const columns = 5 + rule.classes
  const candidates: Candidate[] = []
  for (let at = 0; at < data.length; at += columns) {
    const objectness = data[at + 4]!
    if (objectness < rule.minScore) continue // No class can make up for it.
    const classIndex = bestOf(data, at + 5, rule.classes)
    const score = objectness * data[at + 5 + classIndex]!
    if (score < rule.minScore) continue
    candidates.push({ ...boxAround(data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!), score, classIndex })
  }
  return candidates
}
