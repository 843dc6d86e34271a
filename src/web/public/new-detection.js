import { byId } from './dom.js'
import { percent } from './format.js'
import { onLanguage, t } from './texts.js'

/** @import { Cards } from './cards.js' */
/** @import { TextKey } from './texts.js' */

const OPTIONS_KEY = 'hz.options'

/**
 * Takes pictures in, chosen, dropped or pasted, with the options that were set last.
 * @param {Cards} cards
 */
export function connectForm(cards) {
  const form = byId('new', HTMLFormElement)
  const files = byId('files', HTMLInputElement)
  const confidence = byId('confidence', HTMLInputElement)
  recall(form, confidence)

  const options = () => ({
    mode: String(new FormData(form).get('mode')),
    confidence_threshold: String(Number(confidence.value)),
  })
  const write = () => {
    byId('mode-help').textContent = t(/** @type {TextKey} */ (`help_${options().mode}`))
    byId('confidence-value').textContent = percent(Number(confidence.value))
  }
  const add = (/** @type {Iterable<File>} */ chosen) => {
    const list = [...chosen]
    if (list.length > 0) cards.addFiles(list, options())
  }

  form.addEventListener('submit', (event) => event.preventDefault())
  form.addEventListener('input', ({ target }) => {
    if (target === files) return
    localStorage.setItem(OPTIONS_KEY, JSON.stringify(options()))
    write()
  })
  files.addEventListener('change', () => {
    add(files.files ?? [])
    files.value = '' // so that the same file may be chosen again
  })
  document.addEventListener('paste', ({ clipboardData }) => add(clipboardData?.files ?? []))
  takeDrops(byId('drop'), add)
  onLanguage(write)
  write()
}

/**
 * Beside the zone a drop does nothing, rather than leave the page for the picture.
 * @param {HTMLElement} zone
 * @param {(files: Iterable<File>) => void} add
 */
function takeDrops(zone, add) {
  const isWithin = (/** @type {DragEvent} */ { target }) => target instanceof Node && zone.contains(target)
  addEventListener('dragover', (event) => {
    event.preventDefault()
    zone.classList.toggle('over', isWithin(event))
  })
  addEventListener('dragleave', () => zone.classList.remove('over'))
  addEventListener('drop', (event) => {
    event.preventDefault()
    zone.classList.remove('over')
    if (isWithin(event)) add(event.dataTransfer?.files ?? [])
  })
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLInputElement} confidence
 */
function recall(form, confidence) {
  try {
    const { mode, confidence_threshold } = JSON.parse(localStorage.getItem(OPTIONS_KEY) ?? '{}')
    const chosen = [...form.querySelectorAll('input')].find(({ name, value }) => name === 'mode' && value === mode)
    if (chosen !== undefined) chosen.checked = true
    if (confidence_threshold !== undefined) confidence.value = confidence_threshold
  } catch {
    localStorage.removeItem(OPTIONS_KEY)
  }
}
