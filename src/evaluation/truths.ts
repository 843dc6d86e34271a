import type { Box } from '../detection/geometry.ts'
import { LabelError, type LabelledBox, type LabelledPhoto } from './labels/label-set.ts'
import type { SignNames } from './sign-names.ts'
import type { Truth } from './signs.ts'

interface Size {
  width: number
  height: number
}

/**
 * A photo's labelled boxes as signs, in source pixels and cut to the photo of `size`.
 * @throws LabelError where a box lies outside, or the labels are of a photo of another size.
 */
export function truthsOf(photo: LabelledPhoto, size: Size, names: SignNames): Truth[] {
  const said = photo.size
  if (said !== null && (said.width !== size.width || said.height !== size.height)) {
    const [says, is] = [`${said.width}×${said.height}`, `${size.width}×${size.height}`]
    throw new LabelError(photo.labelFile ?? photo.name, photo.name, {
      'zh-CN': `标注说图片是 ${says}，实际（按 EXIF 转正后）是 ${is}`,
      en: `the labels say the photo is ${says}, but (upright by EXIF) it is ${is}`,
    })
  }
  return photo.boxes.map((labelled) => {
    const meaning = labelled.name === null ? null : names.meaningOf(labelled.name)
    return {
      box: cut(toPixels(labelled, size), size, photo, labelled.place),
      category: meaning?.category ?? labelled.category,
      classCode: meaning?.classCode ?? null,
      reading: meaning?.reading ?? null,
      name: labelled.name ?? labelled.category ?? '?',
      isIgnored: labelled.isIgnored || (meaning?.isIgnored ?? false),
    }
  })
}

function toPixels({ box, unit }: LabelledBox, { width, height }: Size): Box {
  if (unit === 'pixels') return box
  return { x1: box.x1 * width, y1: box.y1 * height, x2: box.x2 * width, y2: box.y2 * height }
}

function cut(box: Box, { width, height }: Size, photo: LabelledPhoto, place: string): Box {
  const inside = {
    x1: Math.max(0, box.x1),
    y1: Math.max(0, box.y1),
    x2: Math.min(width, box.x2),
    y2: Math.min(height, box.y2),
  }
  if (inside.x2 > inside.x1 && inside.y2 > inside.y1) return inside
  throw new LabelError(photo.labelFile ?? photo.name, place, {
    'zh-CN': `标注框在图片 ${photo.name}（${width}×${height}）之外`,
    en: `the box lies outside the photo ${photo.name} (${width}×${height})`,
  })
}
