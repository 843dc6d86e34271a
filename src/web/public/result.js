import { el } from './dom.js'
import { percent } from './format.js'
import { languageNow, t } from './texts.js'

/** @import { Detection } from '../../contract/index.ts' */

/**
 * What a finished detection shows, whether it came over the socket or out of the records.
 * @typedef {object} Result
 * @property {string} fileName
 * @property {Detection[]} detections
 * @property {string | null} pictureUrl
 * @property {string | null} [sourceUrl]
 * @property {number} width pixels
 * @property {number} height
 * @property {number} threshold 0 to 1
 */

/** @param {number} n */
export const signsText = (n) => (n === 0 ? t('noSigns') : t('signs', { n }))

/** @param {Result} result */
export function resultView(result) {
  const { detections, threshold } = result
  const list =
    detections.length === 0
      ? el('p', { class: 'note' }, t('noSignsHelp', { threshold: percent(threshold) }))
      : signTable(detections)
  return el('div', { class: 'result' }, picture(result), list)
}

/** @param {Result} result */
function picture({ fileName, detections, pictureUrl, sourceUrl = null, width, height }) {
  const url = pictureUrl ?? sourceUrl
  if (url === null) return null
  const alt = t('pictureOf', { name: fileName, signs: signsText(detections.length) })
  const image = el('img', { src: url, alt, width, height, decoding: 'async' })
  return el(
    'figure',
    {},
    el('a', { href: url, target: '_blank', rel: 'noopener' }, image),
    el(
      'figcaption',
      {},
      link(url, t('openResult')),
      sourceUrl === null || sourceUrl === url ? null : link(sourceUrl, t('openSource')),
    ),
  )
}

/**
 * @param {string} href
 * @param {string} text
 */
const link = (href, text) => el('a', { href, target: '_blank', rel: 'noopener' }, text)

/** @param {Detection[]} detections */
function signTable(detections) {
  const heads = [t('sign'), t('code'), t('confidence')].map((text) => el('th', { scope: 'col' }, text))
  const table = el('table', { class: 'signs' }, el('thead', {}, el('tr', {}, ...heads)))
  table.append(el('tbody', {}, ...detections.map(signRow)))
  return table
}

/** @param {Detection} detection */
function signRow({ class_code, confidence, category, ...names }) {
  return el(
    'tr',
    {},
    el('td', {}, el('div', { class: 'sign' }, el('span', { class: 'swatch', data: { category } }), signNames(names))),
    el('td', {}, el('code', {}, class_code), el('small', {}, t(category))),
    el('td', { class: 'number' }, `${(confidence * 100).toFixed(1)}%`),
  )
}

/**
 * The name in the reader's language, the other beside it: signs are Chinese, readers need not be.
 * @param {Pick<Detection, 'class_name' | 'class_name_en'>} names
 */
function signNames({ class_name, class_name_en }) {
  const zh = { text: class_name, lang: 'zh-CN' }
  const en = { text: class_name_en, lang: 'en' }
  const [first, second] = languageNow() === 'en' ? [en, zh] : [zh, en]
  return el(
    'span',
    { class: 'names' },
    el('strong', { lang: first.lang }, first.text),
    el('small', { lang: second.lang }, second.text),
  )
}

/**
 * The most telling signs of a record, as short labels.
 * @param {Detection[]} detections
 * @param {number} most
 */
export function signChips(detections, most) {
  const name = (/** @type {Detection} */ d) => (languageNow() === 'en' ? d.class_name_en : d.class_name)
  const chips = detections.slice(0, most).map((found) => el('li', { data: { category: found.category } }, name(found)))
  if (detections.length > most) chips.push(el('li', { class: 'rest' }, `+${detections.length - most}`))
  return el('ul', { class: 'chips' }, ...chips)
}
