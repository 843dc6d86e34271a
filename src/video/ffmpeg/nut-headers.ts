import type { HeaderFields } from './nut-fields.ts'
import { FLAGS, START_CODE_BYTE } from './nut-format.ts'

/** What the first byte of a picture stands for. */
export interface FrameCode {
  flags: number
  ptsDelta: number
  sizeMul: number
  sizeLsb: number
  reserved: number
  elision: number
}

/** @throws Error where there is more than one stream or time base: nobody here writes that. */
export function parseMainHeader(fields: HeaderFields) {
  const [, streams, , timeBases] = [fields.number(), fields.number(), fields.number(), fields.number()]
  if (streams !== 1 || timeBases !== 1) throw new Error(`A NUT with ${streams} streams`)
  const [numerator, denominator] = [fields.number(), fields.number()]
  const codes = parseFrameCodes(fields)
  const elisions: Buffer[] = [Buffer.alloc(0)]
  for (let left = fields.number(); left > 0; left--) elisions.push(fields.bytes())
  return { codes, elisions, ticksPerSecond: denominator / numerator }
}

/** The table comes in runs; a field that a run leaves out is that of the run before, or counts as zero. */
function parseFrameCodes(fields: HeaderFields): FrameCode[] {
  const codes: FrameCode[] = []
  const invalid = { flags: FLAGS.invalid, ptsDelta: 0, sizeMul: 1, sizeLsb: 0, reserved: 0, elision: 0 }
  let [ptsDelta, sizeMul, elision] = [0, 1, 0]
  while (codes.length < 256) {
    const flags = fields.number()
    const given = fields.number()
    if (given > 0) ptsDelta = fields.signed()
    if (given > 1) sizeMul = fields.number()
    if (given > 2) fields.number()
    const sizeLsb = given > 3 ? fields.number() : 0
    const reserved = given > 4 ? fields.number() : 0
    const count = given > 5 ? fields.number() : sizeMul - sizeLsb
    if (given > 6) fields.signed()
    if (given > 7) elision = fields.number()
    for (let more = 8; more < given; more++) fields.number()
    for (let j = 0; j < count && codes.length < 256; j++) {
      if (codes.length === START_CODE_BYTE) codes.push(invalid)
      codes.push({ flags, ptsDelta, sizeMul, sizeLsb: sizeLsb + j, reserved, elision })
    }
    if (count <= 0) throw new Error('A NUT header with an empty run')
  }
  return codes
}

export function parseStreamHeader(fields: HeaderFields) {
  // Its id, and that it is one of pictures.
  fields.number()
  if (fields.number() !== 0) throw new Error('A NUT without pictures')
  const fourcc = fields.bytes().toString('latin1')
  fields.number()
  const ptsShift = fields.number()
  // The largest step in time, how many pictures are held back, and flags.
  for (let i = 0; i < 3; i++) fields.number()
  const extradata = Buffer.from(fields.bytes())
  return { fourcc, ptsShift, extradata, width: fields.number(), height: fields.number() }
}
