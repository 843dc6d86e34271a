import { ApiError, call } from './api.js'

/** @import { Me, SignedIn, User } from '../../contract/index.ts' */

/** When the session's access token ends, in milliseconds by this machine's clock; for all tabs to see. No secret. */
const EXPIRES_KEY = 'hz.session-expires'
/** Of an access token's life; then it is time for the next one. */
const RENEW_AT = 0.8
const RETRY_MS = 25_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Who is signed in. Cookies that no script can read carry the session; the access token that the socket takes lives in
 * this page's memory alone.
 * Events: `renewed` (the socket is to come again with the new token) and `ended` (a sign-in is needed).
 */
export class Session extends EventTarget {
  /** @type {User | null} */
  user = null
  /** @type {'open' | 'required'} */
  auth = 'open'
  /** @type {string | null} */
  #token = null
  #expiresMs = 0
  /** The end that this tab knows of. */
  #scheduledMs = 0
  #timer = 0

  /** @returns {Promise<boolean>} whether we may go on; false: a sign-in is needed */
  async begin() {
    const me = /** @type {Me} */ (await call('GET', '/api/auth/me'))
    this.auth = me.auth
    this.user = me.user
    if (me.auth === 'open') return true
    if (me.user !== null) {
      this.#schedule(storedExpiry())
      return true
    }
    const wasSignedIn = storedExpiry() > 0
    if (!wasSignedIn) return false
    return this.#exchange().then(
      () => true,
      (err) => {
        if (!isRefusal(err)) throw err
        localStorage.removeItem(EXPIRES_KEY)
        return false
      },
    )
  }

  /** Null where the cookie is all there is, or is newer. */
  get token() {
    return this.#expiresMs === storedExpiry() ? this.#token : null
  }

  /**
   * @param {'login' | 'setup'} way
   * @param {object} credentials
   */
  async signIn(way, credentials) {
    this.#take(await call('POST', `/api/auth/${way}`, { body: credentials }))
  }

  async signOut() {
    clearTimeout(this.#timer)
    localStorage.removeItem(EXPIRES_KEY)
    await call('POST', '/api/auth/logout').catch(() => {})
  }

  /** @returns {Promise<boolean>} whether the session goes on with a new token */
  async renew() {
    try {
      await this.#exchange()
    } catch (err) {
      if (isRefusal(err)) this.dispatchEvent(new Event('ended'))
      // Else the server could not be asked, and what we have may still be good.
      else this.#schedule(Date.now() + RETRY_MS)
      return false
    }
    this.dispatchEvent(new Event('renewed'))
    return true
  }

  /** Gets the next pair of tokens. One tab at a time: a refresh token that is used twice ends the session. */
  async #exchange() {
    await oneTabAtATime(async () => {
      const expiresMs = storedExpiry()
      const hasAnotherTabDoneIt = expiresMs > this.#scheduledMs && expiresMs > Date.now()
      if (hasAnotherTabDoneIt) this.#schedule(expiresMs)
      else this.#take(await call('POST', '/api/auth/refresh'))
    })
  }

  /** @param {SignedIn} signedIn */
  #take({ access_token, expires_in, user }) {
    this.user = user
    this.#token = access_token
    this.#expiresMs = Date.now() + Math.round(expires_in * 1000)
    localStorage.setItem(EXPIRES_KEY, String(this.#expiresMs))
    this.#schedule(this.#expiresMs)
  }

  /** @param {number} expiresMs */
  #schedule(expiresMs) {
    clearTimeout(this.#timer)
    this.#scheduledMs = expiresMs
    const delayMs = Math.max(0, expiresMs - Date.now()) * RENEW_AT
    this.#timer = setTimeout(() => this.renew(), Math.min(delayMs, LONGEST_TIMER_MS))
  }
}

/** @param {unknown} err */
function isRefusal(err) {
  return err instanceof ApiError && err.code === 'AUTHENTICATION_FAILED'
}

function storedExpiry() {
  return Number(localStorage.getItem(EXPIRES_KEY) ?? 0)
}

/**
 * Pages that came neither over https nor from localhost have no locks.
 * @param {() => Promise<void>} work
 */
function oneTabAtATime(work) {
  return navigator.locks === undefined ? work() : navigator.locks.request('hz.session', work)
}
