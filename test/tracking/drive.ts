import { Random } from '../../scripts/street-scenes/random.ts'
import type { BoundingBox, Detection, SignClass } from '../../src/contract/index.ts'

export const picture = { width: 1920, height: 1080 }

/** Pixels for a metre at a distance of a metre: a dash-cam that sees 70° across. */
const FOCAL = 1370
const METRES_PER_SECOND = 60 / 3.6
/** A detector finds nothing smaller. */
const SMALLEST_PX = 13

export const classes = ['pl60', 'pl80', 'pne', 'i13', 'w63'].map((code): SignClass => {
  const category = code.startsWith('p') ? 'prohibitory' : code.startsWith('i') ? 'mandatory' : 'warning'
  return { class_code: code, class_name: code, class_name_en: code, category }
})
const classOf = (code: string) => classes.find(({ class_code }) => class_code === code) as SignClass

/** A sign by the road, in metres: to the right of the camera, above it, and along the road. */
export interface RoadSign {
  code: string
  right: number
  up: number
  along: number
  size: number
}

export interface DriveOptions {
  seed: number
  signs: RoadSign[]
  seconds: number
  /** How often a sign in sight is not found, 0..1. */
  missed?: number
  /** False alarms in each look, on average. */
  falseAlarms?: number
  /** How far the camera pitches, in pixels. */
  shakePx?: number
  /** How wrong boxes are, in sizes of the sign. */
  noise?: number
  /** How often a small sign is taken for another one. */
  misread?: number
  /** A time at which the picture jumps by so many metres, as where two videos were joined. */
  cut?: { atS: number; metres: number } | undefined
}

export interface Look {
  timeS: number
  detections: Detection[]
}

/** What a detector would say of a drive, and which sign each of its words was about; -1 for none. */
export interface Drive {
  looks: Look[]
  signOf: Map<string, number>
}

/** A detection is known again in a track by where and when it was. */
export const keyOf = (timeS: number, bbox: BoundingBox) => `${timeS} ${bbox.join(' ')}`

/** Drives past signs at 60 km/h with a pinhole camera, and a detector that looks at the given times. */
export function drive(timesS: number[], options: DriveOptions): Drive {
  const random = new Random(options.seed)
  const signOf = new Map<string, number>()
  const looks = timesS.map((timeS) => {
    const detections: Detection[] = []
    const take = (detection: Detection | null, sign: number) => {
      if (detection === null) return
      detections.push(detection)
      signOf.set(keyOf(timeS, detection.bbox), sign)
    }
    const pitchPx = pitchAt(timeS, options.shakePx ?? 0, random)
    const seen = options.signs.map((sign) => boxAt(sign, timeS, { cut: options.cut, pitchPx }))
    for (const [i, place] of seen.entries()) {
      const isHidden = place !== null && seen.some((other) => other !== null && hides(other, place))
      take(detect(options.signs[i]!, isHidden ? null : place, options, random), i)
    }
    if (random.next() < (options.falseAlarms ?? 0)) take(falseAlarm(random), -1)
    return { timeS, detections }
  })
  return { looks, signOf }
}

interface Place {
  /** Metres. */
  distance: number
  x: number
  y: number
  size: number
}

/** Where a sign is without noise; null where it is not in sight. */
export function boxAt(
  sign: RoadSign,
  timeS: number,
  options: { cut?: DriveOptions['cut']; pitchPx?: number } = {},
): Place | null {
  const { cut, pitchPx = 0 } = options
  const metres = timeS * METRES_PER_SECOND + (cut !== undefined && timeS >= cut.atS ? cut.metres : 0)
  const distance = sign.along - metres
  if (distance < 3) return null
  const size = (FOCAL * sign.size) / distance
  const x = picture.width / 2 + (FOCAL * sign.right) / distance
  const y = picture.height / 2 - (FOCAL * sign.up) / distance + pitchPx
  const isInside = x > 0 && x < picture.width && y > 0 && y < picture.height
  return isInside && size >= SMALLEST_PX ? { distance, x, y, size } : null
}

/** More than a third of it, both ways. */
function hides(nearer: Place, place: Place): boolean {
  const reach = (nearer.size + place.size) / 2 - place.size * 0.3
  return (
    nearer.distance < place.distance - 1 && Math.max(Math.abs(nearer.x - place.x), Math.abs(nearer.y - place.y)) < reach
  )
}

function detect(sign: RoadSign, seen: Place | null, options: DriveOptions, random: Random): Detection | null {
  // Asked in any case, so that the same numbers come for the other signs.
  const [isMissed, isMisread, sureness] = [random.next(), random.next(), random.next()]
  const noise = () => (options.noise ?? 0) * (seen?.size ?? 0) * gauss(random)
  const [dx, dy, grown] = [noise(), noise(), noise()]
  const other = random.pick(classes)
  if (seen === null || isMissed < (options.missed ?? 0)) return null
  const isSmall = seen.size < 30
  const said = isMisread < (isSmall ? (options.misread ?? 0) : (options.misread ?? 0) / 4) ? other : classOf(sign.code)
  const half = (seen.size + grown) / 2
  const confidence = isSmall ? 0.4 + 0.4 * sureness : 0.7 + 0.28 * sureness
  return found(said, confidence, [seen.x + dx - half, seen.y + dy - half, seen.x + dx + half, seen.y + dy + half])
}

function falseAlarm(random: Random): Detection {
  const [x, y, size] = [random.between(100, 1800), random.between(100, 900), random.between(14, 60)]
  return found(random.pick(classes), random.between(0.2, 0.7), [x, y, x + size, y + size])
}

export function found(signClass: SignClass, confidence: number, corners: readonly number[]): Detection {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners
  const inside = (value: number, end: number) => Math.round(Math.min(end, Math.max(0, value)))
  const [width, height] = [picture.width, picture.height]
  const bbox: BoundingBox = [inside(x1, width), inside(y1, height), inside(x2, width), inside(y2, height)]
  return { ...signClass, confidence: Math.round(confidence * 1e4) / 1e4, bbox }
}

/** Springs sway at some 1.5 Hz; a bump throws the picture from one look to the next. */
function pitchAt(timeS: number, shakePx: number, random: Random): number {
  const bump = random.next() < 0.02 ? gauss(random) * 2 : 0
  return shakePx * (Math.sin(timeS * 9.4) + 0.5 * Math.sin(timeS * 23) + bump)
}

export function gauss(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Poles at both sides, some with two or three signs above each other, every 25 to 60 metres. */
export function randomRoad(seed: number, metres: number): RoadSign[] {
  const random = new Random(seed)
  const signs: RoadSign[] = []
  for (let along = 40; along < metres; along += random.between(25, 60)) {
    const right = random.next() < 0.7 ? random.between(3.5, 7) : random.between(-9, -5)
    const size = random.pick([0.6, 0.8, 1])
    const count = random.next() < 0.3 ? (random.next() < 0.3 ? 3 : 2) : 1
    const low = random.between(0.8, 1.6)
    for (let i = 0; i < count; i++) {
      signs.push({ code: random.pick(classes).class_code, right, up: low + i * size * 1.1, along, size })
    }
  }
  return signs
}

export function everyS(perSecond: number, seconds: number): number[] {
  return Array.from({ length: Math.floor(seconds * perSecond) }, (_, i) => i / perSecond)
}
