import type { Credentials, Me, SetupRequest, SignedIn, User } from '../contract/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { Emitter } from './emitter.ts'
import { HzError } from './hz-error.ts'
import type { StringStorage } from './page-globals.ts'
import { pageStorage } from './storage.ts'
import { oneTabAtATime } from './tab-lock.ts'

/**
 * `renewed`: the session goes on with new tokens. `ended`: a sign-in is needed. `user`: who is signed in is now somebody
 * else, or nobody.
 */
export interface SessionEvents {
  renewed: User
  ended: null
  user: User | null
}

export interface SessionOptions {
  request: <T>(method: string, path: string, options?: { body?: unknown }) => Promise<T>
  /** `cookie`: the browser keeps them where no script can read them. `memory`: they are kept here. */
  tokens: 'cookie' | 'memory'
  /** Shared between all tabs. */
  storage?: StringStorage
  clock?: Clock
  random?: () => number
}

/** When the session's access token ends, in milliseconds by this machine's clock; for all tabs to see. No secret. */
const EXPIRES_KEY = 'hz.session-expires'
/** Of an access token's life; then it is time for the next one. Spread, so that tabs do not ask in one moment. */
const RENEW_AFTER = { least: 0.7, spread: 0.15 }
const RETRY_MS = 25_000
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** Who is signed in. Tokens are renewed before they end, for as long as the page or program goes on. */
export class Session extends Emitter<SessionEvents> {
  readonly #options: SessionOptions
  readonly #storage: StringStorage
  readonly #clock: Clock
  #user: User | null = null
  #auth: Me['auth'] | null = null
  #accessToken: string | null = null
  #refreshToken: string | null = null
  /** The end of the access token that this tab knows of. */
  #expiresMs = 0
  #timer: unknown = null
  #renewing: Promise<boolean> | null = null
  /** Raised when a session is over: what was under way for it comes too late. */
  #epoch = 0
  #isClosed = false

  constructor(options: SessionOptions) {
    super()
    this.#options = options
    this.#storage = options.storage ?? pageStorage('localStorage')
    this.#clock = options.clock ?? systemClock
  }

  get user(): User | null {
    return this.#user
  }

  /** `open`: the server asks for no sign-in; null: not known yet. */
  get auth(): Me['auth'] | null {
    return this.#auth
  }

  /** What requests are to carry; null where a cookie speaks for us, or nobody is signed in. */
  get accessToken(): string | null {
    return this.#accessToken
  }

  /**
   * Asks the server who we are, and goes on with a session from before.
   * @returns whether we may go on; false: a sign-in is needed
   * @throws HzError where the server cannot be asked
   */
  async begin(): Promise<boolean> {
    this.#isClosed = false
    const { auth, user } = await this.#options.request<Me>('GET', '/api/auth/me')
    this.#auth = auth
    const wasSignedIn = this.#refreshToken !== null || this.#storedExpiryMs > 0
    // Whose token has run out while the machine slept is still here: listeners that let go of them would be too early.
    if (user !== null || auth === 'open' || !wasSignedIn) this.#setUser(user)
    if (auth === 'open') return true
    if (user !== null) {
      this.#schedule(this.#storedExpiryMs)
      return true
    }
    if (!wasSignedIn) return false
    try {
      await this.#exchange()
      return true
    } catch (err) {
      if (!isRefusal(err)) throw err
      this.#forget()
      return false
    }
  }

  /** @throws HzError WRONG_CREDENTIALS, RATE_LIMITED */
  async signIn(credentials: Credentials): Promise<User> {
    return this.#enter('/api/auth/login', credentials)
  }

  /** Makes the first administrator, with the one-time token of the server's log, and signs in. @throws HzError */
  async setUp(request: SetupRequest): Promise<User> {
    return this.#enter('/api/auth/setup', request)
  }

  /** Ends the session, here at once; on the server as far as it can be reached. */
  async signOut(): Promise<void> {
    const body = this.#refreshBody
    const told = this.#options.request('POST', '/api/auth/logout', { body }).catch(() => {})
    this.#forget()
    await told
  }

  /**
   * Gets new tokens now; several calls at a time are one.
   * @returns whether the session goes on; false: it has ended, or there is none
   * @throws HzError where the server could not be asked, and what we have may still be good
   */
  renew(): Promise<boolean> {
    if (this.#renewing !== null) return this.#renewing
    const renewing = this.#renew().finally(() => {
      if (this.#renewing === renewing) this.#renewing = null
    })
    this.#renewing = renewing
    return renewing
  }

  /** Renews no more; what is there stays signed in. */
  close(): void {
    this.#isClosed = true
    this.#clock.clearTimeout(this.#timer)
  }

  async #enter(path: string, body: Credentials | SetupRequest): Promise<User> {
    this.#isClosed = false
    return this.#take(await this.#options.request<SignedIn>('POST', path, { body }))
  }

  async #renew(): Promise<boolean> {
    if (!this.#canRenew) return false
    const epoch = this.#epoch
    try {
      await this.#exchange()
    } catch (err) {
      if (epoch !== this.#epoch) return false
      if (isRefusal(err)) {
        this.#forget()
        this.emit('ended', null)
        return false
      }
      this.#renewIn(RETRY_MS)
      throw err
    }
    if (epoch !== this.#epoch || this.#user === null) return false
    this.emit('renewed', this.#user)
    return true
  }

  get #canRenew(): boolean {
    const hasToken = this.#options.tokens === 'cookie' || this.#refreshToken !== null
    return hasToken && this.#user !== null && this.#auth !== 'open'
  }

  /** One tab at a time: a refresh token that is used twice ends the session. */
  async #exchange(): Promise<void> {
    const epoch = this.#epoch
    if (this.#options.tokens === 'memory') return this.#refresh(epoch)
    const work = async () => {
      const storedMs = this.#storedExpiryMs
      const hasAnotherTabDoneIt = storedMs > this.#expiresMs && storedMs > this.#clock.now()
      await (hasAnotherTabDoneIt ? this.#adopt(storedMs, epoch) : this.#refresh(epoch))
    }
    await oneTabAtATime(work, this.#storage, this.#clock)
  }

  async #refresh(epoch: number): Promise<void> {
    if (epoch !== this.#epoch) return
    const signedIn = await this.#options.request<SignedIn>('POST', '/api/auth/refresh', { body: this.#refreshBody })
    if (epoch === this.#epoch) this.#take(signedIn)
  }

  /** The other tab may have signed in as somebody else. */
  async #adopt(expiresMs: number, epoch: number): Promise<void> {
    const { user } = await this.#options.request<Me>('GET', '/api/auth/me')
    if (epoch !== this.#epoch) return
    if (user === null) return this.#refresh(epoch)
    this.#setUser(user)
    this.#schedule(expiresMs)
  }

  #take({ access_token, refresh_token, expires_in, user }: SignedIn): User {
    if (this.#options.tokens === 'memory') {
      this.#accessToken = access_token
      this.#refreshToken = refresh_token
    }
    const expiresMs = this.#clock.now() + Math.round(expires_in * 1000)
    this.#auth ??= 'required'
    this.#storage.setItem(EXPIRES_KEY, String(expiresMs))
    this.#setUser(user)
    this.#schedule(expiresMs)
    return user
  }

  #forget(): void {
    this.#epoch++
    this.#renewing = null
    this.#clock.clearTimeout(this.#timer)
    this.#accessToken = null
    this.#refreshToken = null
    this.#expiresMs = 0
    this.#storage.removeItem(EXPIRES_KEY)
    this.#setUser(null)
  }

  #schedule(expiresMs: number): void {
    this.#expiresMs = expiresMs
    if (!this.#canRenew) return
    const share = RENEW_AFTER.least + RENEW_AFTER.spread * (this.#options.random ?? Math.random)()
    this.#renewIn(Math.max(0, expiresMs - this.#clock.now()) * share)
  }

  #renewIn(delayMs: number): void {
    this.#clock.clearTimeout(this.#timer)
    // Tokens that were on their way when it was closed are kept all the same.
    if (this.#isClosed) return
    this.#timer = this.#clock.setTimeout(() => void this.renew().catch(() => {}), Math.min(delayMs, LONGEST_TIMER_MS))
    // A program that is done shall end, and not wait for its token to.
    ;(this.#timer as { unref?: () => void }).unref?.()
  }

  #setUser(user: User | null): void {
    const isSame = user?.user_id === this.#user?.user_id && (user === null) === (this.#user === null)
    this.#user = user
    if (!isSame) this.emit('user', user)
  }

  get #storedExpiryMs(): number {
    return Number(this.#storage.getItem(EXPIRES_KEY) ?? 0)
  }

  get #refreshBody(): { refresh_token?: string } {
    return this.#refreshToken === null ? {} : { refresh_token: this.#refreshToken }
  }
}

function isRefusal(err: unknown): boolean {
  return err instanceof HzError && err.code === 'AUTHENTICATION_FAILED'
}
