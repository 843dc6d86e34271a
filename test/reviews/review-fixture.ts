import type { Test } from 'tap'
import type {
  Detection,
  Problem,
  Review,
  ReviewChange,
  ReviewQueue,
  ReviewRevisionPage,
  SignClass,
} from '../../src/contract/index.ts'
import type { Db } from '../../src/db/index.ts'
import type { NewRecord, RecordService } from '../../src/records/record-service.ts'
import { ScriptedAnalyzer } from '../helpers/analyzers.ts'
import { startApp } from '../helpers/app.ts'

const kind = (class_code: string, class_name: string, class_name_en: string, category: SignClass['category']) => ({
  ...{ class_code, class_name, class_name_en, category },
})
/** What the running model knows. */
export const labels: SignClass[] = [
  kind('p5', '禁止掉头', 'No U-turn', 'prohibitory'),
  kind('pl60', '限速60', 'Speed limit 60', 'prohibitory'),
  kind('i5', '靠右侧道路行驶', 'Keep right', 'mandatory'),
  kind('w57', '注意行人', 'Pedestrians', 'warning'),
]

export function found(class_code: string, confidence: number, bbox: Detection['bbox'] = [10, 20, 30, 40]): Detection {
  const known = labels.find((label) => label.class_code === class_code)
  return { ...(known ?? kind(class_code, `${class_code}号`, `No ${class_code}`, 'other')), confidence, bbox }
}

type Answer<T> = { status: number; json: T }
type Name = 'alice' | 'bob' | 'ana' | 'adam'

/** A whole server with two users, an analyst (ana) and an administrator (adam), on pictures of 640 × 480 pixels. */
export async function startReviews(t: Test) {
  const analyzer = new ScriptedAnalyzer()
  analyzer.model = { ...analyzer.model, labels }
  const app = await startApp(t, { analyzer, env: { AUTH: 'required' } })
  const { accounts, db } = app.parts
  const roles = { alice: 'user', bob: 'user', ana: 'analyst', adam: 'administrator' } as const
  const ids = {} as Record<Name, number>
  const tokens = {} as Record<Name, string>
  for (const name of Object.keys(roles) as Name[]) {
    ids[name] = (await accounts.users.createUser({ username: name, password: 'a long password', role: roles[name] })).id
    tokens[name] = (await accounts.tokens.createPersonalToken(ids[name], { name })).token
  }

  const ask = async <T = Problem & Record<string, unknown>>(
    name: Name,
    method: 'GET' | 'PUT' | 'DELETE',
    url: string,
    body?: object,
  ): Promise<Answer<T>> => {
    const headers = { authorization: `Bearer ${tokens[name]}`, 'accept-language': 'en' }
    const answer = await app.app.inject({ method, url, headers, ...(body && { body }) })
    return { status: answer.statusCode, json: answer.body === '' ? (null as T) : answer.json<T>() }
  }
  const get = async <T>(name: Name, url: string): Promise<T> => {
    const { status, json } = await ask<T>(name, 'GET', url)
    if (status !== 200) throw new Error(`${url}: ${JSON.stringify(json)}`)
    return json
  }

  return {
    ...{ app, db, ids, tokens, ask, analyzer, insert: inserter(app.parts, ids.alice) },
    review: (id: number, name: Name = 'alice') => get<Review>(name, `/api/detections/${id}/review`),
    history: (id: number, query = '') =>
      get<ReviewRevisionPage>('alice', `/api/detections/${id}/review/history${query}`),
    queue: (name: Name, query = '') => get<ReviewQueue>(name, `/api/reviews/queue${query}`),
    search: async (query: string) =>
      (await get<{ items: Array<{ record_id: number }> }>('ana', `/api/detections?${query}`)).items.map(
        (record) => record.record_id,
      ),
    put: (name: Name, id: number, change: object) => ask(name, 'PUT', `/api/detections/${id}/review`, change),
    /** Saves and expects success. */
    save: async (name: Name, id: number, change: ReviewChange) => {
      const { status, json } = await ask<Review>(name, 'PUT', `/api/detections/${id}/review`, change)
      if (status !== 200) throw new Error(JSON.stringify(json))
      return json
    },
  }
}

interface Wanted extends Partial<Omit<NewRecord, 'upload'>> {
  fileName?: string
  createdAt?: string
}

/** Keeps what a model found, as a settled task does. */
function inserter({ db, records }: { db: Db; records: RecordService }, owner: number) {
  let count = 0
  return async ({ fileName = 'street.jpg', createdAt, ...rest }: Wanted = {}): Promise<number> => {
    count += 1
    const upload = { fileName, fileSize: 2048, sha256: 'ab'.repeat(32), mediaType: 'image/jpeg', key: `${count}.jpg` }
    const record: NewRecord = {
      ...{ taskId: `task_${count}`, userId: owner, detectionType: 'image', upload, width: 640, height: 480 },
      ...{ mode: 'accurate', confidenceThreshold: 0.5, model: { name: 'scripted', version: '1' } },
      ...{ processingTime: 0.25, detections: [], resultKey: null, thumbnailKey: null, ...rest },
    }
    const id = await db.$transaction((tx) => records.insert(tx, record))
    if (createdAt !== undefined) await db.record.update({ where: { id }, data: { createdAt: new Date(createdAt) } })
    return id
  }
}

/** What is said of one sign. */
export function say(sign_key: string, verdict: string | null, class_code = 'p5', bbox: number[] = [10, 20, 30, 40]) {
  return { sign_key, verdict, class_code, bbox } as ReviewChange['signs'][number]
}

/** The signs of a review as a client sends them back. */
export function asSaid({ signs }: Pick<Review, 'signs'>): ReviewChange['signs'] {
  return signs.map(({ sign_key, verdict, class_code, bbox }) => ({ sign_key, verdict, class_code, bbox }))
}
