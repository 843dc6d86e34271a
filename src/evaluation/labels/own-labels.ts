import { Type } from 'typebox'
import { SignCategory } from '../../contract/index.ts'
import { checkJson, parseJson } from './json.ts'
import { checkBox, LabelError, type LabelledBox } from './label-set.ts'

const Code = Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 200 }), Type.Null()]))

const Sign = Type.Object({
  /** Corners in pixels: left, top, right, bottom. */
  box: Type.Tuple([Type.Number(), Type.Number(), Type.Number(), Type.Number()]),
  fine: Code,
  code: Code,
  class_code: Code,
  category: Type.Optional(Type.Union([SignCategory, Type.Null()])),
  ignore: Type.Optional(Type.Boolean()),
})

const OwnLabels = Type.Record(Type.String(), Type.Array(Sign))

/**
 * Our own labels.json: photo → signs; an empty list says that a photo is free of signs.
 * @throws LabelError naming photo and field.
 */
export function parseOwnLabels(text: string, file: string): Map<string, LabelledBox[]> {
  const labels = checkJson(OwnLabels, parseJson(text, file), file)
  return new Map(
    Object.entries(labels).map(([photo, signs]) => [
      photo,
      signs.map((sign, i) => {
        const [x1, y1, x2, y2] = sign.box
        const place = `${photo}[${i}].box`
        const name = sign.fine ?? sign.code ?? sign.class_code ?? null
        const category = sign.category ?? null
        if (name === null && category === null && !sign.ignore) throw unnamed(file, `${photo}[${i}]`)
        const box = checkBox({ x1, y1, x2, y2 }, file, place)
        return { box, unit: 'pixels', name, category, isIgnored: sign.ignore ?? false, place }
      }),
    ]),
  )
}

function unnamed(file: string, place: string): LabelError {
  return new LabelError(file, place, {
    'zh-CN': '缺少 fine、code、class_code 或 category',
    en: 'one of fine, code, class_code or category is needed',
  })
}
