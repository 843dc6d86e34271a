import { asApiError } from './api.js'
import { byId, el } from './dom.js'
import { onLanguage, t } from './texts.js'

/** @import { Session } from './session.js' */
/** @import { TextKey } from './texts.js' */

/** @returns the one-time token of a first administrator's link, which then no longer stands in the address bar */
export function takeSetupToken() {
  const url = new URL(location.href)
  const token = url.searchParams.get('setup_token')
  if (token === null) return null
  url.searchParams.delete('setup_token')
  history.replaceState(null, '', url)
  return token
}

/**
 * Asks until somebody is signed in.
 * @param {Session} session
 * @param {{ setupToken: string | null, reason?: TextKey }} options
 * @returns {Promise<void>}
 */
export function askToSignIn(session, { setupToken, reason }) {
  const panel = byId('sign-in')
  panel.hidden = false
  return new Promise((resolve) => {
    const form = new SignInForm(session, setupToken, reason, () => {
      panel.hidden = true
      panel.replaceChildren()
      resolve()
    })
    panel.replaceChildren(form.root)
    form.focus()
  })
}

class SignInForm {
  /**
   * @param {Session} session
   * @param {string | null} setupToken not null: the first administrator is to be made
   * @param {TextKey | undefined} reason
   * @param {() => void} onDone
   */
  constructor(session, setupToken, reason, onDone) {
    this.session = session
    this.setupToken = setupToken
    this.onDone = onDone
    const isSetup = setupToken !== null
    this.error = el('p', { class: 'form-error', role: 'alert', hidden: true })
    this.username = el('input', { id: 'username', name: 'username', autocomplete: 'username', required: true })
    this.username.maxLength = 64
    this.password = el('input', {
      id: 'password',
      name: 'password',
      type: 'password',
      autocomplete: isSetup ? 'new-password' : 'current-password',
      required: true,
      maxlength: 200,
      minlength: isSetup ? 10 : null,
      'aria-describedby': isSetup ? 'password-help' : null,
    })
    this.submit = el('button', { type: 'submit', class: 'primary' })
    this.title = el('h2')
    this.lead = el('p', { class: 'note' })
    this.usernameLabel = el('label', { for: 'username' })
    this.passwordLabel = el('label', { for: 'password' })
    this.help = el('p', { id: 'password-help', class: 'help', hidden: !isSetup })
    this.root = el(
      'form',
      { onsubmit: (/** @type {Event} */ event) => this.send(event) },
      ...[this.title, this.lead, this.usernameLabel, this.username, this.passwordLabel, this.password],
      ...[this.help, this.error, this.submit],
    )
    this.write()
    if (reason !== undefined) this.complain(t(reason))
    onLanguage(() => this.write())
  }

  focus() {
    this.username.focus()
  }

  write() {
    const name = this.setupToken === null ? 'signIn' : 'setup'
    this.title.textContent = t(name)
    this.submit.textContent = t(name)
    this.lead.textContent = t(`${name}Lead`)
    this.usernameLabel.textContent = t('username')
    this.passwordLabel.textContent = t('password')
    this.help.textContent = t('passwordHelp')
  }

  /** @param {string} text */
  complain(text) {
    this.error.textContent = text
    this.error.hidden = false
  }

  /** @param {Event} event */
  async send(event) {
    event.preventDefault()
    this.error.hidden = true
    this.submit.disabled = true
    const credentials = { username: this.username.value.trim(), password: this.password.value }
    try {
      if (this.setupToken === null) await this.session.signIn('login', credentials)
      else await this.session.signIn('setup', { setup_token: this.setupToken, ...credentials })
      this.onDone()
    } catch (err) {
      const problem = asApiError(err)
      const isGone = this.setupToken !== null && problem.code === 'AUTHENTICATION_FAILED'
      if (isGone) {
        this.setupToken = null
        this.help.hidden = true
        this.password.removeAttribute('minlength')
        this.write()
      }
      this.complain(isGone ? t('setupGone') : problem.text)
      this.password.select()
    } finally {
      this.submit.disabled = false
    }
  }
}
