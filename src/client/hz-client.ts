import type { DetectionOptions, Language, StartedTasks, Upload } from '../contract/index.ts'
import { type Clock, systemClock } from './clock.ts'
import { HzCamera } from './hz-camera.ts'
import { LiveSocket } from './live-socket.ts'
import { isPage, page, type SocketLike, type StringStorage } from './page-globals.ts'
import { type RequestOptions, Rest, type UploadOptions } from './rest.ts'
import { ResumableUpload, type ResumableUploadOptions } from './resumable-upload.ts'
import type { Answer, CallArguments, Route } from './routes.ts'
import { Session } from './session.ts'
import type { Surroundings } from './surroundings.ts'
import type { UploadFile } from './upload.ts'

export interface HzClientOptions {
  /** http(s)://… of the server; a page's own where it is left out. */
  origin?: string
  /** A personal token (`POST /api/tokens`), in place of signing in. */
  token?: string
  /** Of what the server says. Errors come in both, where it is `zh-CN`, as it is unless told otherwise. */
  language?: Language
  /** What the socket hears: one's own events, or everybody's. */
  scope?: 'own' | 'all'
  /** Who one claims to be, where the server asks for no sign-in. */
  userId?: number
  fetch?: typeof fetch
  openSocket?: (url: string, token: string | null) => SocketLike
  /** Keeps the place in the events: `sessionStorage` in pages, else memory. */
  storage?: StringStorage
  /** Keeps when the session is to be renewed, for all tabs: `localStorage` in pages, else memory. Holds no secret. */
  sharedStorage?: StringStorage
  surroundings?: Surroundings
  clock?: Clock
  random?: () => number
}

/** A server, as its users see it: REST, the session, and the one socket. Nothing is sent before something is asked for. */
export class HzClient {
  readonly rest: Rest
  readonly session: Session
  readonly socket: LiveSocket
  readonly #clock: Clock
  readonly #random: () => number

  constructor(options: HzClientOptions = {}) {
    const origin = options.origin ?? page.location?.origin
    if (origin === undefined) throw new TypeError('origin is needed outside of pages')
    const { clock = systemClock, random = Math.random, openSocket = openPageSocket, sharedStorage, ...shared } = options
    this.#clock = clock
    this.#random = random
    const token = () => options.token ?? this.session.accessToken
    const renewAccess = () => this.session.renew()
    const { language, userId } = options
    const asked = { origin, token, renewAccess, ...(language && { language }), ...(userId !== undefined && { userId }) }
    this.rest = new Rest({ ...asked, ...(options.fetch && { fetch: options.fetch }) })
    this.session = new Session({
      request: (method, path, request) => this.rest.request(method, path, request),
      tokens: isPage() && options.token === undefined ? 'cookie' : 'memory',
      ...(sharedStorage && { storage: sharedStorage }),
      ...{ clock, random },
    })
    this.socket = new LiveSocket({ ...shared, ...asked, openSocket, clock, random })
    this.#connectSessionWithSocket()
  }

  /** As `rest.call`. */
  call<R extends Route>(route: R, ...options: CallArguments<R>): Promise<Answer<R>> {
    return this.rest.call(route, ...options)
  }

  /** As `rest.request`. */
  request<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
    return this.rest.request(method, path, options)
  }

  /** As `rest.upload`. */
  upload(files: Iterable<UploadFile>, fields?: DetectionOptions, options?: UploadOptions): Promise<StartedTasks> {
    return this.rest.upload(files, fields, options)
  }

  /**
   * Begins a camera session over the socket, which must be connected; `frame_rate` is of no use to it.
   * @throws HzError what the server says against it, NOT_CONNECTED, CONNECTION_LOST, TIMEOUT
   */
  async startRealtime(options: DetectionOptions = {}): Promise<HzCamera> {
    const { task_id: taskId, realtime: terms } = await this.socket.command('start_detection', {
      detection_type: 'realtime',
      options,
    })
    if (terms === undefined) throw new TypeError('The server is too old for camera sessions')
    return new HzCamera({ socket: this.socket, clock: this.#clock, taskId, terms })
  }

  /**
   * Sends a file of any size in pieces, and goes on after lost connections and restarts of the server. Detection is
   * started with the `file_path` of what comes of it. @throws HzError where it is refused, or nothing gets through
   */
  uploadResumable(file: UploadFile, options: ResumableUploadOptions = {}): Promise<Upload> {
    const { rest } = this
    return new ResumableUpload({ rest, clock: this.#clock, random: this.#random }, file, options).run()
  }

  /** Lets go of the connection and renews no more. What is signed in stays so: `session.signOut` ends that. */
  close(): void {
    this.socket.close()
    this.session.close()
  }

  #connectSessionWithSocket(): void {
    let userId: number | null | undefined
    // The connection lives as long as the token with which it was made.
    this.session.on('renewed', () => void this.socket.reconnect())
    this.session.on('user', (user) => {
      if (user === null) return this.socket.close()
      if (userId !== undefined && userId !== user.user_id) this.#startOver()
      userId = user.user_id
    })
  }

  /** What one user hears is not for the next. */
  #startOver(): void {
    this.socket.forgetPlace()
    const { kind } = this.socket.state
    if (kind !== 'idle' && kind !== 'stopped') this.socket.connect()
  }
}

/** A browser's socket cannot send headers. */
function openPageSocket(url: string, token: string | null): SocketLike {
  if (page.WebSocket === undefined) throw new TypeError('There is no WebSocket here: give openSocket')
  const address = new URL(url)
  if (token !== null) address.searchParams.set('token', token)
  return new page.WebSocket(address.href)
}
