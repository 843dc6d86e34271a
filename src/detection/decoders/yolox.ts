import {
  bestOf,
  boxAround,
  type Candidate,
  countCells,
  type DecodeRule,
  type Decoder,
  type InputSize,
  type NetworkOutput,
  type OutputProblem,
  rowsProblem,
} from './decoder.ts'

/**
 * YOLOX (Ge et al. 2021) as its export_onnx.py writes it without --decode_in_inference: one output `[1, N, 5 + C]`, in each
 * row a box as `(x, y, log width, log height)` in units of its cell, then objectness and class scores, both after the
 * sigmoid. N counts the cells of all strides, finest first, each row by row.
 */
export const yolox: Decoder = {
  roles: ['predictions'],
  usesStrides: true,
  hasRepeats: true,
  minSide: 1,
  problemOf,
  decode,
}

function problemOf([output]: NetworkOutput[], size: InputSize, rule: DecodeRule): OutputProblem | null {
  const problem = rowsProblem(output!, 5, rule.classes)
  const cells = countCells(size, rule.strides)
  if (problem || output!.dims[1] === cells) return problem
  return { kind: 'shape', output: output!, expected: `[1, ${cells}, 5 + ${rule.classes}]` }
}

function decode([output]: NetworkOutput[], size: InputSize, rule: DecodeRule): Candidate[] {
  const { data } = output!
  const columns = 5 + rule.classes
  const candidates: Candidate[] = []
  let at = 0
  for (const stride of rule.strides) {
    for (let row = 0; row < size.height / stride; row++) {
      for (let column = 0; column < size.width / stride; column++, at += columns) {
        const objectness = data[at + 4]!
        if (objectness < rule.minScore) continue // No class can make up for it.
        const classIndex = bestOf(data, at + 5, rule.classes)
        const score = objectness * data[at + 5 + classIndex]!
        if (score < rule.minScore) continue
        const [x, y] = [(data[at]! + column) * stride, (data[at + 1]! + row) * stride]
        const [width, height] = [Math.exp(data[at + 2]!) * stride, Math.exp(data[at + 3]!) * stride]
        candidates.push({ ...boxAround(x, y, width, height), score, classIndex })
      }
    }
  }
  return candidates
}
