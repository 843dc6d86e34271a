/** @import { ServerMessage } from '../../contract/index.ts' */

/**
 * `waiting` ends by itself, at `untilMs`; `stopped` does not.
 * @typedef {{ kind: 'connecting' | 'connected' }
 *   | { kind: 'waiting' | 'offline', untilMs: number }
 *   | { kind: 'stopped', code: number, reason: string }} SocketState
 */

const CURSOR_KEY = 'hz.cursor'
const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000
/** A connection that has lasted this long was a good one: the next loss begins with short delays again. */
const STABLE_MS = 10_000
const REMEMBERED_EVENTS = 1000

/**
 * The one connection to the server. Reconnects by itself, and goes on where it was: every kept message comes once, in
 * order, also over a reload of the page.
 * Events: `state` (detail: SocketState) and `message` (detail: ServerMessage).
 */
export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null
  /** @type {SocketState} */
  #state = { kind: 'connecting' }
  #attempt = 0
  #retryTimer = 0
  #watchTimer = 0
  #deadTimer = 0
  #heardMs = 0
  /** @type {number | null} */
  #greetedMs = null
  /** @type {number | null} seconds, as the server's farewell asks */
  #reconnectAfter = null
  #refusal = ''
  /** @type {Set<string>} */
  #seen = new Set()
  /** @type {Map<string, { resolve: (data: any) => void, reject: (err: Error) => void }>} */
  #answers = new Map()
  /** @type {() => string | null} */
  #getToken

  /** @param {() => string | null} getToken null: the cookie speaks for us */
  constructor(getToken) {
    super()
    this.#getToken = getToken
    addEventListener('online', () => {
      if (this.#state.kind === 'connected') this.#askAlive(5000)
      else if (this.#state.kind !== 'stopped') this.connect()
    })
  }

  get state() {
    return this.#state
  }

  /** Connects, or connects anew: at once, whatever was planned. */
  connect() {
    this.#drop()
    this.#setState({ kind: 'connecting' })
    const url = new URL('/ws/detection/', location.href)
    url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
    // Errors come in English as well (error_message_en), so this suits both languages.
    const query = { lang: 'zh-CN', token: this.#getToken(), resume: sessionStorage.getItem(CURSOR_KEY) }
    for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value)
    const socket = new WebSocket(url)
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#hear(JSON.parse(data))
    socket.onclose = ({ code, reason }) => this.#lost(code, reason)
  }

  close() {
    this.#drop()
  }

  /** Another user's place in the events is of no use. */
  static forgetPlace() {
    sessionStorage.removeItem(CURSOR_KEY)
  }

  /**
   * @param {'get_status' | 'cancel_detection' | 'ping'} name
   * @param {object} [payload]
   * @returns {Promise<any>} the answer's data; rejects when the connection is lost first
   */
  command(name, payload = {}) {
    return new Promise((resolve, reject) => {
      if (this.#state.kind !== 'connected') return reject(new Error('not connected'))
      const id = `web_${crypto.getRandomValues(new Uint32Array(4)).join('-')}`
      this.#answers.set(id, { resolve, reject })
      const data = { message_type: name, payload, request_id: id }
      this.#socket?.send(JSON.stringify({ type: 'user_message', data }))
    })
  }

  /** @param {ServerMessage} message */
  #hear(message) {
    this.#heardMs = Date.now()
    clearTimeout(this.#deadTimer)
    if ('event_id' in message) {
      if (this.#seen.has(message.event_id)) return
      this.#seen.add(message.event_id)
      if (this.#seen.size > REMEMBERED_EVENTS)
        this.#seen.delete(/** @type {string} */ (this.#seen.values().next().value))
    }
    if (message.type === 'connection_established') this.#greet(message.data)
    else if (message.type === 'connection_closing') this.#reconnectAfter = message.data.reconnect_after
    else if (message.type === 'error') this.#refusal = message.data.message
    else if (message.type === 'user_message_response') this.#settle(message.data)
    this.dispatchEvent(new CustomEvent('message', { detail: message }))
    // After the message has been acted on: one that was not is told again.
    if ('cursor' in message) sessionStorage.setItem(CURSOR_KEY, message.cursor)
  }

  /** @param {{ cursor: string, limits: { heartbeat_interval: number, heartbeat_timeout: number } }} greeting */
  #greet({ cursor, limits }) {
    this.#greetedMs = Date.now()
    sessionStorage.setItem(CURSOR_KEY, cursor)
    // Pages cannot send ping frames, and a dead line looks like a quiet one.
    const intervalMs = limits.heartbeat_interval * 1000
    this.#watchTimer = setInterval(() => {
      if (Date.now() - this.#heardMs >= intervalMs) this.#askAlive(limits.heartbeat_timeout * 1000)
    }, intervalMs)
    this.#setState({ kind: 'connected' })
  }

  /** @param {number} timeoutMs */
  #askAlive(timeoutMs) {
    clearTimeout(this.#deadTimer)
    this.#deadTimer = setTimeout(() => this.#lost(1006, ''), timeoutMs)
    this.command('ping').catch(() => {})
  }

  /** @param {{ request_id: string, status: 'success' | 'error', message: string, data: any }} response */
  #settle({ request_id, status, message, data }) {
    const waiting = this.#answers.get(request_id)
    this.#answers.delete(request_id)
    if (status === 'success') waiting?.resolve(data)
    else waiting?.reject(new Error(message))
  }

  /**
   * Close codes 4000-4099 stop, 4200-4299 ask to come back at once; all others, to back off.
   * @param {number} code
   * @param {string} reason
   */
  #lost(code, reason) {
    const wasGreeted = this.#greetedMs !== null
    if (this.#greetedMs !== null && Date.now() - this.#greetedMs >= STABLE_MS) this.#attempt = 0
    const askedS = this.#reconnectAfter
    const refusal = this.#refusal || reason
    this.#drop()
    if (code >= 4000 && code < 4100) return this.#setState({ kind: 'stopped', code, reason: refusal })
    const isAtOnce = code >= 4200 && code < 4300 && wasGreeted && this.#attempt === 0
    const longestMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempt)
    // Full jitter: many clients that lost one server must not come back in one moment.
    const delayMs = askedS !== null ? askedS * 1000 : isAtOnce ? 0 : Math.random() * longestMs
    this.#attempt++
    this.#retryTimer = setTimeout(() => this.connect(), delayMs)
    this.#setState({ kind: navigator.onLine ? 'waiting' : 'offline', untilMs: Date.now() + delayMs })
  }

  /** Lets go of the present connection without waiting for its farewell. */
  #drop() {
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#deadTimer)
    clearInterval(this.#watchTimer)
    if (this.#socket !== null) {
      this.#socket.onmessage = null
      this.#socket.onclose = null
      this.#socket.close(1000)
    }
    this.#socket = null
    this.#greetedMs = null
    this.#reconnectAfter = null
    this.#refusal = ''
    for (const { reject } of this.#answers.values()) reject(new Error('connection lost'))
    this.#answers.clear()
  }

  /** @param {SocketState} state */
  #setState(state) {
    this.#state = state
    this.dispatchEvent(new CustomEvent('state', { detail: state }))
  }
}
