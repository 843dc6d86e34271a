/** @typedef {Node | string | null} Child */

/**
 * Makes an element. Children that are strings become text, so nothing of what users or servers say is read as HTML.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [props] attributes (null and false: none), `data` for data-*, `onclick` and the like
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue
    if (name === 'data') Object.assign(node.dataset, value)
    else if (name.startsWith('on')) node.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
    else node.setAttribute(name, value === true ? '' : String(value))
  }
  node.append(...children.filter((child) => child !== null))
  return node
}

/**
 * An element of index.html.
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} [kind]
 * @returns {T}
 */
export function byId(id, kind) {
  const node = document.getElementById(id)
  if (!(node instanceof (kind ?? HTMLElement))) throw new Error(`index.html has no #${id}`)
  return /** @type {T} */ (node)
}

/**
 * A link that a click may safely follow, else null: what notices bring may be anything.
 * @param {string | null} text
 */
export function safeUrl(text) {
  if (text === null || !URL.canParse(text, location.href)) return null
  const { protocol, href } = new URL(text, location.href)
  return protocol === 'https:' || protocol === 'http:' ? href : null
}
