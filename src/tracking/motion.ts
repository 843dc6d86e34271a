import type { BoundingBox } from '../contract/index.ts'

/** Centre and size of a box: pixels, and the logarithms of pixels, as what is approached grows by the same share again and again. */
export type BoxState = [x: number, y: number, logWidth: number, logHeight: number]

/** A value that moves, and how sure both are: mean and covariance of (value, speed). */
export interface MovingValue {
  value: number
  /** A second. */
  speed: number
  variance: number
  covariance: number
  speedVariance: number
}

/** In sizes of the sign (for its place) or in shares of it (for its size), a second and a second squared. */
const PLACE = { measured: 0.08, speed: 3, acceleration: 6 }
const SIZE = { measured: 0.08, speed: 0.5, acceleration: 0.5 }
/** How far a camera on springs throws the picture from look to look, as a share of its height: no movement of the sign. */
const SHAKE = 0.006
/** Nobody drives into a sign: it grows by less than this, as a factor, from where it was seen last. */
const MAX_STRETCH = 2.5

/**
 * Where a sign is and where it will be: a Kalman filter for each of centre, width and height, in which time is seconds, as
 * the pictures of a video come at any distance.
 *
 * What stands by a straight road grows as 1 / (time until it is passed), and moves away from the vanishing point by the same
 * factor. So speeds are not constant: seen after `dt`, a sign that grows by the share g a second is 1 / (1 - g·dt) times as
 * large, and has moved by speed·dt / (1 - g·dt). Where the vanishing point is need not be known.
 */
export class Motion {
  readonly #values: MovingValue[]
  #timeS: number

  private constructor(values: MovingValue[], timeS: number) {
    this.#values = values
    this.#timeS = timeS
  }

  static start(bbox: BoundingBox, timeS: number, pictureHeight: number): Motion {
    const state = stateOf(bbox)
    const size = sizeOf(state)
    const start = (value: number, i: number): MovingValue => {
      const { measured, speed } = noiseOf(i, size, pictureHeight)
      return { value, speed: 0, variance: measured ** 2, covariance: 0, speedVariance: speed ** 2 }
    }
    return new Motion(state.map(start), timeS)
  }

  static restore({ values, timeS }: MotionSnapshot): Motion {
    return new Motion(
      values.map((value) => ({ ...value })),
      timeS,
    )
  }

  snapshot(): MotionSnapshot {
    return { values: this.#values.map((value) => ({ ...value })), timeS: this.#timeS }
  }

  at(timeS: number): BoxState {
    const dt = timeS - this.#timeS
    const stretch = this.#stretchIn(dt)
    return this.#values.map(({ value, speed }, i) =>
      i < 2 ? value + speed * dt * stretch : value + Math.log(stretch),
    ) as BoxState
  }

  /** How far from `at` it may well be found, in pixels: one standard deviation, in each direction. */
  spreadAt(timeS: number, pictureHeight: number): number {
    const dt = timeS - this.#timeS
    const noise = noiseOf(0, sizeOf(this.at(timeS)), pictureHeight)
    const x = { ...(this.#values[0] as MovingValue) }
    predict(x, dt * this.#stretchIn(dt), noise.acceleration)
    return Math.sqrt(x.variance + noise.measured ** 2)
  }

  correct(bbox: BoundingBox, timeS: number, pictureHeight: number): void {
    const measured = stateOf(bbox)
    const size = sizeOf(measured)
    const dt = timeS - this.#timeS
    const stretch = this.#stretchIn(dt)
    const expected = this.at(timeS)
    for (const [i, value] of this.#values.entries()) {
      const noise = noiseOf(i, size, pictureHeight)
      predict(value, dt * (i < 2 ? stretch : 1), noise.acceleration)
      value.value = expected[i] as number
      value.speed *= i < 2 ? stretch ** 2 : stretch
      update(value, measured[i] as number, noise.measured)
    }
    this.#timeS = timeS
  }

  /** How many times larger the sign is after `dt`. */
  #stretchIn(dt: number): number {
    const growth = ((this.#values[2] as MovingValue).speed + (this.#values[3] as MovingValue).speed) / 2
    return 1 / Math.max(1 / MAX_STRETCH, 1 - growth * dt)
  }
}

export interface MotionSnapshot {
  values: MovingValue[]
  timeS: number
}

function noiseOf(i: number, size: number, pictureHeight: number) {
  if (i >= 2) return SIZE
  const measured = Math.hypot(PLACE.measured * size, SHAKE * pictureHeight)
  return { measured, speed: PLACE.speed * size, acceleration: PLACE.acceleration * size }
}

/** Whatever else the speed does is white noise: what it does to the covariance in `dt`. */
function predict(state: MovingValue, dt: number, acceleration: number): void {
  const q = acceleration ** 2
  const { covariance, speedVariance } = state
  state.variance += 2 * dt * covariance + dt ** 2 * speedVariance + (q * dt ** 4) / 4
  state.covariance += dt * speedVariance + (q * dt ** 3) / 2
  state.speedVariance += q * dt ** 2
}

function update(state: MovingValue, measured: number, noise: number): void {
  const { variance, covariance } = state
  const total = variance + noise ** 2
  const off = measured - state.value
  state.value += (variance / total) * off
  state.speed += (covariance / total) * off
  state.variance -= variance ** 2 / total
  state.covariance -= (variance * covariance) / total
  state.speedVariance -= covariance ** 2 / total
}

export function stateOf([x1, y1, x2, y2]: BoundingBox): BoxState {
  return [(x1 + x2) / 2, (y1 + y2) / 2, Math.log(Math.max(1, x2 - x1)), Math.log(Math.max(1, y2 - y1))]
}

/** The geometric mean of the sides, in pixels. */
export function sizeOf([, , logWidth, logHeight]: BoxState): number {
  return Math.exp((logWidth + logHeight) / 2)
}

/** Whole pixels, inside the picture. */
export function boxOf([x, y, logWidth, logHeight]: BoxState, picture: { width: number; height: number }): BoundingBox {
  const [halfWidth, halfHeight] = [Math.exp(logWidth) / 2, Math.exp(logHeight) / 2]
  const inside = (value: number, end: number) => Math.round(Math.min(end, Math.max(0, value)))
  return [
    inside(x - halfWidth, picture.width),
    inside(y - halfHeight, picture.height),
    inside(x + halfWidth, picture.width),
    inside(y + halfHeight, picture.height),
  ]
}
