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
const PLACE = { measured: 0.08, speed: 6, acceleration: 12 }
const SIZE = { measured: 0.08, speed: 1.2, acceleration: 2.5 }

/**
 * Where a sign is and where it will be: a Kalman filter with constant speed for each of centre, width and height, in which
 * time is seconds, as the pictures of a video come at any distance.
 */
export class Motion {
  readonly #values: MovingValue[]
  #timeS: number

  private constructor(values: MovingValue[], timeS: number) {
    this.#values = values
    this.#timeS = timeS
  }

  static start(bbox: BoundingBox, timeS: number): Motion {
    const state = stateOf(bbox)
    const size = sizeOf(state)
    const start = (value: number, i: number): MovingValue => {
      const { measured, speed } = noiseOf(i, size)
      return { value, speed: 0, variance: measured ** 2, covariance: 0, speedVariance: speed ** 2 }
    }
    return new Motion(state.map(start), timeS)
  }

  static restore({ values, timeS }: MotionSnapshot): Motion {
    return new Motion(values, timeS)
  }

  snapshot(): MotionSnapshot {
    return { values: this.#values.map((value) => ({ ...value })), timeS: this.#timeS }
  }

  at(timeS: number): BoxState {
    return this.#values.map(({ value, speed }) => value + speed * (timeS - this.#timeS)) as BoxState
  }

  correct(bbox: BoundingBox, timeS: number): void {
    const measured = stateOf(bbox)
    const size = sizeOf(measured)
    const dt = timeS - this.#timeS
    for (const [i, value] of this.#values.entries()) {
      const noise = noiseOf(i, size)
      predict(value, dt, noise.acceleration)
      update(value, measured[i] as number, noise.measured)
    }
    this.#timeS = timeS
  }
}

export interface MotionSnapshot {
  values: MovingValue[]
  timeS: number
}

function noiseOf(i: number, size: number) {
  if (i >= 2) return SIZE
  return { measured: PLACE.measured * size, speed: PLACE.speed * size, acceleration: PLACE.acceleration * size }
}

/** Acceleration is white noise: the covariance of what it does in `dt`. */
function predict(state: MovingValue, dt: number, acceleration: number): void {
  const q = acceleration ** 2
  const { covariance, speedVariance } = state
  state.value += state.speed * dt
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
