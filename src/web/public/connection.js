import { el } from './dom.js'
import { onLanguage, t } from './texts.js'

/** @import { LiveSocket, SocketState } from './socket.js' */

const CLOCK_INTERVAL_MS = 250

/**
 * Says how things stand with the connection, and no better than they do.
 * @param {HTMLElement} root
 * @param {LiveSocket} socket
 * @param {(text: string) => void} announce
 */
export function showConnection(root, socket, announce) {
  const text = el('span')
  const again = el('button', { type: 'button', class: 'quiet', onclick: () => socket.connect() })
  root.append(el('span', { class: 'dot', 'aria-hidden': 'true' }), text, again)
  const write = () => {
    const { state } = socket
    root.dataset.kind = state.kind
    text.textContent = textOf(state)
    again.textContent = t('reconnect')
    again.hidden = state.kind === 'connected' || state.kind === 'connecting'
  }
  let told = ''
  socket.addEventListener('state', () => {
    write()
    // Once for every change, not for every second.
    const { kind } = socket.state
    if (kind !== told && kind !== 'connecting') announce(textOf(socket.state))
    told = kind === 'connecting' ? told : kind
  })
  onLanguage(write)
  setInterval(() => socket.state.kind === 'waiting' && write(), CLOCK_INTERVAL_MS)
  write()
}

/** @param {SocketState} state */
function textOf(state) {
  if (state.kind === 'waiting') return t('waiting', { n: Math.max(1, Math.ceil((state.untilMs - Date.now()) / 1000)) })
  if (state.kind !== 'stopped') return t(state.kind)
  return t('stopped', { reason: state.code === 4002 ? t('limit') : state.reason })
}
