import type { Box } from '../../detection/geometry.ts'
import { fillRect } from '../../drawing/pixels.ts'
import type { RawPicture } from '../../raw-picture.ts'
import { addNoise, darkenToNight, lightFromBehind } from './light.ts'
import { Random } from './random.ts'
import { blurByMotion, rainOn, tilt } from './weather-and-motion.ts'

export const alterations = ['night', 'rain', 'backlight', 'blur', 'tilt', 'occlusion', 'noise'] as const
export type Alteration = (typeof alterations)[number]

export interface AlteredPicture {
  picture: RawPicture
  /** As many as were given, in the same order, where the signs are now. */
  boxes: Box[]
}

/** Share of a sign's width or height that the bar covers. */
const coveredShare = 0.3
const barGrey = [120, 120, 120] as const

/**
 * A copy of a photo in worse conditions; the photo itself stays as it is. `boxes` are its signs in source pixels. `seed`
 * decides what is left to chance: the same photo and seed give the same pixels.
 */
export async function alter(
  picture: RawPicture,
  boxes: readonly Box[],
  alteration: Alteration,
  seed: string,
): Promise<AlteredPicture> {
  const random = Random.of(`${seed}/${alteration}`)
  if (alteration === 'tilt') return tilt(picture, boxes, random)
  return { picture: await change(picture, boxes, alteration, random), boxes: [...boxes] }
}

async function change(
  picture: RawPicture,
  boxes: readonly Box[],
  alteration: Exclude<Alteration, 'tilt'>,
  random: Random,
): Promise<RawPicture> {
  switch (alteration) {
    case 'night':
      return darkenToNight(picture, random)
    case 'rain':
      return rainOn(picture, random)
    case 'backlight':
      return lightFromBehind(picture, random)
    case 'blur':
      return blurByMotion(picture)
    case 'occlusion':
      return cover(picture, boxes, random)
    case 'noise':
      return addNoise(picture, random)
  }
}

/** A grey bar across each sign, upright like a pole or level like a branch, somewhat longer than the sign. */
function cover(picture: RawPicture, boxes: readonly Box[], random: Random): RawPicture {
  const covered = { ...picture, data: Buffer.from(picture.data) }
  for (const box of boxes) {
    const [width, height] = [box.x2 - box.x1, box.y2 - box.y1]
    const start = random.between(0, 1 - coveredShare)
    const bar =
      random.next() < 0.5
        ? {
            x1: box.x1 + width * start,
            x2: box.x1 + width * (start + coveredShare),
            y1: box.y1 - height / 5,
            y2: box.y2 + height / 5,
          }
        : {
            x1: box.x1 - width / 5,
            x2: box.x2 + width / 5,
            y1: box.y1 + height * start,
            y2: box.y1 + height * (start + coveredShare),
          }
    fillRect(covered, roundBox(bar), barGrey)
  }
  return covered
}

function roundBox({ x1, y1, x2, y2 }: Box): Box {
  return { x1: Math.round(x1), y1: Math.round(y1), x2: Math.round(x2), y2: Math.round(y2) }
}
