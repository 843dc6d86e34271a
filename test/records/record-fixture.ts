import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import type { Detection, Role } from '../../src/contract/index.ts'
import { type Db, openDb } from '../../src/db/index.ts'
import { AppError } from '../../src/errors.ts'
import { EventLog } from '../../src/events/event-log.ts'
import { MemoryEventBus } from '../../src/events/memory-event-bus.ts'
import { mediaRoutes } from '../../src/records/media-routes.ts'
import { recordRoutes } from '../../src/records/record-routes.ts'
import { type NewRecord, RecordService, type RecordServiceDeps } from '../../src/records/record-service.ts'
import { DiskFileStore } from '../../src/storage/disk-file-store.ts'
import type { Principal } from '../../src/users/principal.ts'

export function principal(userId: number, role: Role = 'user'): Principal {
  return { userId, role, tokenId: null, expiresAtMs: null }
}

const classes = {
  p5: { class_name: '禁止掉头', class_name_en: 'No U-turn', category: 'prohibitory' },
  pl60: { class_name: '限速60', class_name_en: 'Speed limit 60', category: 'prohibitory' },
  i5: { class_name: '靠右侧道路行驶', class_name_en: 'Keep right', category: 'mandatory' },
  w57: { class_name: '注意行人', class_name_en: 'Pedestrians', category: 'warning' },
} as const
export type ClassCode = keyof typeof classes
export const classCodes = Object.keys(classes) as ClassCode[]

export function sign(class_code: ClassCode, confidence: number): Detection {
  return { class_code, ...classes[class_code], confidence, bbox: [10, 20, 30, 40] }
}

/** A database with users 0 to 3, a store, a service and its routes; `x-as: 2 analyst` says who asks. */
export async function openRecords(t: Test, deps: Partial<RecordServiceDeps> = {}) {
  const dir = t.testdir()
  const db = await openDb(`file:${dir}/x.db`)
  for (const id of [0, 1, 2, 3]) await db.user.create({ data: { id, username: `user${id}` } })
  const files = await DiskFileStore.open(join(dir, 'media'))
  const events = new EventLog(db, new MemoryEventBus((err) => t.fail(String(err))))
  const onError = (err: unknown) => t.fail(String(err))
  const records = new RecordService({ db, events, files, timeZone: 'Asia/Shanghai', onError, ...deps })
  const app = await openApp(records, join(dir, 'media'))
  t.teardown(async () => {
    await app.close()
    await db.$disconnect()
  })
  const store = (key: string, content = 'picture') => {
    mkdirSync(dirname(files.pathOf(key)), { recursive: true })
    writeFileSync(files.pathOf(key), content)
  }
  return { db, files, records, app, store, insert: inserter(db, records) }
}

async function openApp(records: RecordService, dir: string): Promise<FastifyInstance> {
  const app = Fastify({ ajv: { customOptions: { removeAdditional: false } } })
  app.decorateRequest('principal')
  app.addHook('onRequest', async (request) => {
    const [userId, role] = String(request.headers['x-as']).split(' ')
    request.principal = principal(Number(userId), role as Role)
  })
  app.setErrorHandler<Error & { statusCode?: number }>((err, _request, reply) => {
    if (err instanceof AppError)
      return reply.code(err.status).send({ code: err.code, ...err.details, errors: err.fields })
    return reply.code(err.statusCode ?? 500).send({ code: 'OTHER', message: err.message })
  })
  app.setNotFoundHandler(async (request) => {
    throw new AppError('NOT_FOUND', { path: request.url })
  })
  await app.register(recordRoutes, { records })
  await app.register(mediaRoutes, { records, dir })
  return app
}

export interface Wanted extends Partial<Omit<NewRecord, 'upload'>> {
  fileName?: string
  key?: string
  createdAt?: string
}

/** Keeps records as tasks do, each with what is not asked for made up. */
export function inserter(db: Db, records: RecordService) {
  let count = 0
  return async ({ fileName, key, createdAt, ...rest }: Wanted = {}): Promise<number> => {
    count += 1
    const id = await db.$transaction((tx) => records.insert(tx, { ...sample(count, fileName, key), ...rest }))
    if (createdAt !== undefined) {
      // As the service would have written it then.
      const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(createdAt))
      await db.record.update({ where: { id }, data: { createdAt: new Date(createdAt), day } })
      await db.sign.updateMany({ where: { recordId: id }, data: { day } })
    }
    return id
  }
}

function sample(n: number, fileName = `street${n}.jpg`, key = `uploads/2026-01-02/${n}.jpg`): NewRecord {
  return {
    taskId: `task_${n}`,
    userId: 1,
    detectionType: 'image',
    upload: { fileName, fileSize: 2048n, sha256: 'ab'.repeat(32), mediaType: 'image/jpeg', key },
    width: 1920,
    height: 1080,
    mode: 'accurate',
    confidenceThreshold: 0.5,
    model: { name: 'hz-signs', version: '1.0.0' },
    processingTime: 0.25,
    detections: [],
    resultKey: `detection_results/2026-01-02/result_${n}.jpg`,
    thumbnailKey: `thumbnails/2026-01-02/thumb_${n}.webp`,
  }
}
