import type { RawPicture } from '../../raw-picture.ts'
import type { Random } from './random.ts'

type Rgb = readonly [red: number, green: number, blue: number]

/** Deviation of the sensor's noise in levels of 0 to 255, as at a high ISO setting. */
const strongNoise = 18
const nightNoise = 7
/** What is left of the light at night, bluish. */
const nightLight: Rgb = [0.24, 0.26, 0.31]
const nightGamma = 1.25
/** What is left of the light on the near side of things when the sun stands behind them. */
const shade = 0.42
const glare = 210

/** The same pixels with the noise of a sensor in poor light. */
export function addNoise(picture: RawPicture, random: Random, deviation = strongNoise): RawPicture {
  const data = Buffer.allocUnsafe(picture.data.length)
  // Drawing a number for each of 36 million values would take longer than detecting: a table, read from random places.
  const table = Float32Array.from({ length: 65_536 }, () => random.normal() * deviation)
  let at = 0
  for (let i = 0; i < data.length; i++) {
    if (i % 1021 === 0) at = Math.floor(random.next() * table.length)
    data[i] = clamp(picture.data[i]! + table[at++ & 65_535]!)
  }
  return { ...picture, data }
}

/** Dark, bluish and noisy. */
export function darkenToNight(picture: RawPicture, random: Random): RawPicture {
  const tables = nightLight.map((light) =>
    Uint8Array.from({ length: 256 }, (_, value) => clamp((value / 255) ** nightGamma * 255 * light)),
  )
  const data = Buffer.allocUnsafe(picture.data.length)
  for (let i = 0; i < data.length; i++) data[i] = tables[i % 3]![picture.data[i]!]!
  return addNoise({ ...picture, data }, random, nightNoise)
}

/** A low sun in the upper half: glare around it, and everything else in its own shade. */
export function lightFromBehind(picture: RawPicture, random: Random): RawPicture {
  const { width, height } = picture
  const [sunX, sunY] = [random.between(0.2, 0.8) * width, random.between(0.15, 0.4) * height]
  const radius = Math.max(width, height) * 0.28
  // A Gaussian of two axes is the product of two of one.
  const across = Float32Array.from({ length: width }, (_, x) => glare * Math.exp(-(((x - sunX) / radius) ** 2)))
  const data = Buffer.allocUnsafe(picture.data.length)
  for (let y = 0, i = 0; y < height; y++) {
    const down = Math.exp(-(((y - sunY) / radius) ** 2))
    for (let x = 0; x < width; x++) {
      const light = across[x]! * down
      for (let channel = 0; channel < 3; channel++, i++) data[i] = clamp(picture.data[i]! * shade + light)
    }
  }
  return { ...picture, data }
}

function clamp(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)))
}
