import { asApiError, onUnauthorized } from './api.js'
import { Cards } from './cards.js'
import { showConnection } from './connection.js'
import { byId, el } from './dom.js'
import { connectForm } from './new-detection.js'
import { Notices } from './notices.js'
import { Records } from './records.js'
import { Session } from './session.js'
import { askToSignIn, takeSetupToken } from './sign-in.js'
import { LiveSocket } from './socket.js'
import { languageNow, onLanguage, setLanguage, t, translatePage } from './texts.js'

/** @import { ServerMessage } from '../../contract/index.ts' */

const RETRY_MS = 3000
/** A new token that is refused as well shall not be followed by another one at once. */
const RENEWAL_PAUSE_MS = 10_000

let renewedMs = 0

const announce = (/** @type {string} */ text) => {
  byId('status').textContent = text
}
const session = new Session()
const socket = new LiveSocket(() => session.token)
const records = new Records(announce)
const cards = new Cards({
  root: byId('cards'),
  section: byId('current'),
  socket,
  announce,
  onSuccess: () => records.refresh(),
})
const notices = new Notices(byId('notices'), announce)

translatePage()
onLanguage(translatePage)
showLanguageSwitch()
showConnection(byId('connection'), socket, announce)
connectForm(cards)
onUnauthorized(() => session.renew())
socket.addEventListener('message', (event) => hear(/** @type {CustomEvent<ServerMessage>} */ (event).detail))
socket.addEventListener('state', () => void onState())
session.addEventListener('renewed', () => !byId('work').hidden && socket.connect())
session.addEventListener('ended', () => void signInAgain())
onLanguage(showAccount)
await begin()

async function begin() {
  const setupToken = takeSetupToken()
  const isIn = await untilAnswered(() => session.begin())
  if (!isIn) {
    await askToSignIn(session, { setupToken })
    LiveSocket.forgetPlace()
  }
  showAccount()
  byId('work').hidden = false
  byId('connection').hidden = false
  records.refresh()
  void notices.load()
  socket.connect()
}

/** @param {ServerMessage} message */
function hear(message) {
  if (message.type === 'connection_established') {
    cards.maxBytes = message.data.limits.max_upload_bytes
    void cards.sync()
    records.refresh()
    // What could not be replayed has to be asked for.
    if (!message.data.recovered) void notices.load()
  }
  // Also of tasks that another window or program has started.
  if (message.type === 'detection_complete') records.refresh()
  cards.handle(message)
  notices.handle(message)
}

/** A token that has run out, as while the machine slept, is no reason to stop if there is a next one. */
async function onState() {
  const { state } = socket
  const isRefused = state.kind === 'stopped' && state.code === 4000 && session.auth === 'required'
  if (!isRefused || Date.now() - renewedMs < RENEWAL_PAUSE_MS) return
  renewedMs = Date.now()
  await session.renew()
}

/** Who comes back may be somebody else, so the page begins anew. */
async function signInAgain() {
  if (byId('work').hidden) return
  socket.close()
  for (const id of ['work', 'notices', 'connection', 'account']) byId(id).hidden = true
  await askToSignIn(session, { setupToken: null, reason: 'sessionEnded' })
  LiveSocket.forgetPlace()
  location.reload()
}

/**
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function untilAnswered(ask) {
  const wait = byId('wait')
  for (;;) {
    try {
      const answer = await ask()
      wait.hidden = true
      return answer
    } catch (err) {
      const { text, hint } = asApiError(err)
      wait.textContent = `${text} · ${hint}`
      wait.hidden = false
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}

function showLanguageSwitch() {
  const button = byId('language')
  const write = () => {
    button.textContent = t('otherLanguage')
    button.lang = languageNow() === 'en' ? 'zh-CN' : 'en'
  }
  button.addEventListener('click', () => setLanguage(languageNow() === 'en' ? 'zh-CN' : 'en'))
  onLanguage(write)
  write()
}

function showAccount() {
  const account = byId('account')
  const { user, auth } = session
  account.hidden = auth === 'open' || user === null
  if (auth === 'open' || user === null) return
  const signOut = el('button', { type: 'button', class: 'quiet' }, t('signOut'))
  signOut.addEventListener('click', async () => {
    socket.close()
    await session.signOut()
    LiveSocket.forgetPlace()
    location.reload()
  })
  account.replaceChildren(el('span', { class: 'name' }, user.display_name || user.username), signOut)
}
