import { Type } from 'typebox'
import { checkJson, parseJson } from './json.ts'
import { checkBox, LabelError, type LabelledBox } from './label-set.ts'

const Id = Type.Union([Type.Integer(), Type.String()])
const Side = Type.Optional(Type.Integer({ minimum: 1 }))

const CocoFile = Type.Object({
  images: Type.Array(Type.Object({ id: Id, file_name: Type.String({ minLength: 1 }), width: Side, height: Side })),
  annotations: Type.Array(
    Type.Object({
      image_id: Id,
      category_id: Id,
      /** Left, top, width, height in pixels. */
      bbox: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
      iscrowd: Type.Optional(Type.Union([Type.Integer(), Type.Boolean()])),
    }),
  ),
  categories: Type.Array(Type.Object({ id: Id, name: Type.String({ minLength: 1 }) })),
})

export interface CocoImage {
  fileName: string
  size: { width: number; height: number } | null
  boxes: LabelledBox[]
}

/** Whether parsed JSON is a COCO file of objects: captions have no categories. */
export function looksLikeCoco(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return ['images', 'annotations', 'categories'].every((key) => Array.isArray((value as Record<string, unknown>)[key]))
}

/**
 * COCO's object annotations (cocodataset.org, "Data format"). A listed image without annotations is free of signs;
 * crowds are ignored regions.
 * @throws LabelError naming the field.
 */
export function parseCocoLabels(text: string, file: string): CocoImage[] {
  const coco = checkJson(CocoFile, parseJson(text, file), file)
  const names = new Map(coco.categories.map(({ id, name }) => [id, name]))
  const images = new Map<string | number, CocoImage>()
  for (const [i, { id, file_name, width, height }] of coco.images.entries()) {
    if (images.has(id)) throw twice(file, `images[${i}].id`, id)
    const size = width !== undefined && height !== undefined ? { width, height } : null
    images.set(id, { fileName: file_name, size, boxes: [] })
  }
  for (const [i, { image_id, category_id, bbox, iscrowd }] of coco.annotations.entries()) {
    const image = images.get(image_id)
    if (!image) throw unknown(file, `annotations[${i}].image_id`, image_id)
    const name = names.get(category_id)
    if (name === undefined) throw unknown(file, `annotations[${i}].category_id`, category_id)
    const place = `annotations[${i}].bbox`
    const [x, y, width, height] = bbox
    const box = checkBox({ x1: x, y1: y, x2: x + width, y2: y + height }, file, place)
    image.boxes.push({ box, unit: 'pixels', name, category: null, isIgnored: Boolean(iscrowd), place })
  }
  return [...images.values()]
}

function unknown(file: string, place: string, id: string | number): LabelError {
  return new LabelError(file, place, { 'zh-CN': `没有编号为 ${id} 的条目`, en: `nothing has the id ${id}` })
}

function twice(file: string, place: string, id: string | number): LabelError {
  return new LabelError(file, place, { 'zh-CN': `编号 ${id} 重复`, en: `the id ${id} appears twice` })
}
