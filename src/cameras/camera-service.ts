import { randomUUID } from 'node:crypto'
import type { Camera, CameraChange, CameraList, CameraState, NewCamera } from '../contract/index.ts'
import type { CameraModel, Db } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { type Principal, requireRole } from '../users/principal.ts'
import type { CameraAddress } from './camera-address.ts'
import { type CameraCrops, type CropKey, cropUrl } from './camera-crops.ts'
import { CameraRun, type CameraRunDeps } from './camera-run.ts'
import { viewOf, visibleCameras } from './camera-view.ts'

export interface CameraServiceDeps extends CameraRunDeps {
  db: Db
  crops: CameraCrops
}

/** Network cameras: administrators register them, each enabled one is watched, and whoever may see one sees how it does. */
export class CameraService {
  readonly #deps: CameraServiceDeps
  readonly #runs = new Map<string, CameraRun>()
  /** Changes, one after the other: each stops and starts processes. */
  #turn: Promise<unknown> = Promise.resolve()
  #isStopped = false

  constructor(deps: CameraServiceDeps) {
    this.#deps = deps
  }

  /** Keeps what an earlier server has left, and encrypts what it left plain or under an older key. To be called before `start`. */
  async recover(): Promise<void> {
    const { db, addresses, periods } = this.#deps
    await periods.recover()
    for (const row of await db.camera.findMany()) {
      const data = addresses.renewed(row)
      if (data !== null) await db.camera.update({ where: { id: row.id }, data })
    }
  }

  /** Starts every enabled camera, oldest first. */
  async start(): Promise<void> {
    const rows = await this.#deps.db.camera.findMany({ orderBy: [{ createdAt: 'asc' }, { id: 'asc' }] })
    for (const row of rows) this.#add(row)
  }

  /** Every camera keeps what it has seen and ends. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#turn.catch(() => {})
    await Promise.all([...this.#runs.values()].map((run) => run.stop()))
  }

  /** Of the processes that watch at the moment. */
  get pids(): number[] {
    return [...this.#runs.values()].flatMap(({ pid }) => pid ?? [])
  }

  /** For metrics. */
  get counts() {
    const runs = [...this.#runs.values()]
    const states: Record<CameraState, number> = { connecting: 0, live: 0, waiting: 0, refused: 0, disabled: 0 }
    for (const { health } of runs) states[health.state]++
    const sum = (of: (run: CameraRun) => number) => runs.reduce((total, run) => total + of(run), 0)
    return {
      states,
      framesDropped: sum(({ health }) => health.framesDropped),
      signs: sum(({ health }) => health.signs),
    }
  }

  async list(principal: Principal): Promise<CameraList> {
    const rows = await this.#deps.db.camera.findMany({
      where: visibleCameras(principal),
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    })
    return { items: rows.map((row) => this.#view(principal, row)), limit: this.#deps.places.limit }
  }

  /** @throws CAMERA_NOT_FOUND; NOT_FOUND where there is no such picture, or it went with its record */
  async crop(principal: Principal, key: CropKey): Promise<Buffer> {
    const { db, crops } = this.#deps
    const isVisible = (await db.camera.count({ where: { id: key.cameraId, ...visibleCameras(principal) } })) > 0
    if (!isVisible) throw new AppError('CAMERA_NOT_FOUND', { camera_id: key.cameraId })
    const crop = await crops.find(key, this.#runs.get(key.cameraId)?.workDir ?? null)
    if (crop === null) throw new AppError('NOT_FOUND', { path: cropUrl(key) })
    return crop
  }

  /** @throws PERMISSION_DENIED, CAMERA_URL_REFUSED */
  create(principal: Principal, { name, url, enabled, audience, options }: NewCamera): Promise<Camera> {
    requireRole(principal, 'administrator')
    return this.#alone(async () => {
      const { plainUrl, credentials } = await this.#deps.streams.check(url)
      const id = `cam_${randomUUID()}`
      const address = this.#deps.addresses.columnsOf(id, { url: plainUrl, credentials })
      const what = { enabled: enabled ?? true, audience: audience ?? 'analysts', options: options ?? {} }
      const data = { id, name, ...address, ...what, createdById: principal.userId }
      const row = await this.#deps.db.camera.create({ data })
      this.#add(row)
      return this.#view(principal, row)
    })
  }

  /**
   * A new address, new options, and enabling or disabling it begin a new connection; what was seen until then is kept.
   * @throws PERMISSION_DENIED, CAMERA_NOT_FOUND, CAMERA_URL_REFUSED, CAMERA_SECRET_LOST
   */
  change(principal: Principal, id: string, change: CameraChange): Promise<Camera> {
    requireRole(principal, 'administrator')
    return this.#alone(async () => {
      const before = await this.#find(id)
      const { url, options, ...plain } = change
      const data = { ...plain, ...(options && { options }), ...(url && (await this.#newUrl(before, url))) }
      const row = await this.#deps.db.camera.update({ where: { id }, data })
      const isSameStream = url === undefined && options === undefined && row.enabled === before.enabled
      if (isSameStream) this.#runs.get(id)?.rename(row)
      else await this.#restart(row)
      return this.#view(principal, row)
    })
  }

  /** @throws PERMISSION_DENIED, CAMERA_NOT_FOUND */
  restart(principal: Principal, id: string): Promise<Camera> {
    requireRole(principal, 'administrator')
    return this.#alone(async () => {
      const row = await this.#find(id)
      await this.#restart(row)
      return this.#view(principal, row)
    })
  }

  /** Its records stay. @throws PERMISSION_DENIED, CAMERA_NOT_FOUND */
  remove(principal: Principal, id: string): Promise<void> {
    requireRole(principal, 'administrator')
    return this.#alone(async () => {
      await this.#find(id)
      await this.#runs.get(id)?.stop()
      this.#runs.delete(id)
      await this.#deps.db.camera.delete({ where: { id } })
    })
  }

  /** The URL as it was shown means the one that is kept, with its secrets; with other credentials in it, it changes only those. */
  async #newUrl(before: CameraModel, url: string): Promise<CameraAddress | null> {
    const { addresses, streams } = this.#deps
    const shownUrl = addresses.shownUrlOf(before)
    if (url === shownUrl) return null
    const { plainUrl, credentials } = await streams.check(url)
    return addresses.columnsOf(before.id, {
      url: plainUrl === shownUrl ? addresses.urlOf(before) : plainUrl,
      credentials,
    })
  }

  #add(row: CameraModel): void {
    const run = new CameraRun(row, this.#deps)
    this.#runs.set(row.id, run)
    if (row.enabled && !this.#isStopped) run.start()
  }

  async #restart(row: CameraModel): Promise<void> {
    const run = this.#runs.get(row.id)
    await run?.stop()
    run?.rename(row)
    if (row.enabled && !this.#isStopped) run?.start()
  }

  async #find(id: string): Promise<CameraModel> {
    const row = await this.#deps.db.camera.findUnique({ where: { id } })
    if (row === null) throw new AppError('CAMERA_NOT_FOUND', { camera_id: id })
    return row
  }

  #view(principal: Principal, row: CameraModel): Camera {
    const { health, latestSigns } = this.#runs.get(row.id) ?? new CameraRun(row, this.#deps)
    const shownUrl = this.#deps.addresses.shownUrlOf(row)
    return viewOf(row, { status: health.statusOf(row), latestSigns, shownUrl }, principal)
  }

  #alone<T>(change: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(change)
    this.#turn = result.catch(() => {})
    return result
  }
}
