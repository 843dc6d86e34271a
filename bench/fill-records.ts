import { Random } from '../scripts/street-scenes/random.ts'
import { type Db, openDb, type SignCategory } from '../src/db/index.ts'

export interface Filled {
  records: number
  signs: number
  /** A class of many signs, one of few, and a user of a twentieth of the records. */
  common: string
  rare: string
  userId: number
}

interface SignKind {
  classCode: string
  className: string
  classNameEn: string
  category: SignCategory
}

const users = 20
const days = 365
const batch = 2000
const rareShare = 0.0002
const reviewedShare = 0.3
const firstMs = Date.UTC(2026, 0, 1)

const categories: SignCategory[] = ['prohibitory', 'mandatory', 'warning', 'other']
/** As on the road: each class is seen less often than the one before. */
const kinds: SignKind[] = Array.from({ length: 45 }, (_, i) => ({
  classCode: `c${i}`,
  className: `标志${i}`,
  classNameEn: `Sign ${i}`,
  category: categories[i % categories.length]!,
}))
const rare: SignKind = { classCode: 'rare', className: '罕见', classNameEn: 'Rare', category: 'other' }

/** A year of records, three signs each on average, straight into the database of a server that is not running. */
export async function fillRecords(url: string, records: number): Promise<Filled> {
  const db = await openDb(url)
  const random = new Random(1)
  let signs = 0
  try {
    await db.user.createMany({
      data: Array.from({ length: users }, (_, i) => ({ id: i + 1, username: `user${i + 1}` })),
    })
    for (let from = 1; from <= records; from += batch) {
      const ids = Array.from({ length: Math.min(batch, records - from + 1) }, (_, i) => from + i)
      const plain = ids.map((id) => recordRow(id, records, random))
      const signRows = plain.flatMap((row) => signsOf(row, random))
      await insertAll(db, 'Record', withLowest(plain, signRows))
      await insertAll(db, 'Sign', signRows)
      await insertAll(db, 'ReviewedSign', verdictsOf(plain, signRows, random))
      await insertAll(db, 'Task', plain.map(taskRow))
      signs += signRows.length
    }
  } finally {
    await db.$disconnect()
  }
  return { records, signs, common: kinds[0]!.classCode, rare: rare.classCode, userId: 7 }
}

/** One statement for all rows: `createMany` is compiled anew each time and takes twenty times as long. */
async function insertAll(db: Db, table: 'Record' | 'Sign' | 'ReviewedSign' | 'Task', rows: object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {})
  const values = columns.map((name) => `value ->> '${name}'`).join(', ')
  const insert = `INSERT INTO "${table}" (${columns.map((name) => `"${name}"`).join(', ')})`
  await db.$executeRawUnsafe(`${insert} SELECT ${values} FROM json_each(?)`, JSON.stringify(rows))
}

function recordRow(id: number, records: number, random: Random) {
  const createdAt = new Date(firstMs + Math.floor((id / records) * days * 86_400_000))
  return {
    ...{ id, taskId: `task_${id}`, userId: 1 + Math.floor(random.next() * users), detectionType: 'image' as const },
    ...{ fileName: `street-${id}.jpg`, fileSize: 2_000_000, sha256: id.toString(16).padStart(64, '0') },
    ...{ mediaType: 'image/jpeg', width: 1920, height: 1080, mode: 'accurate', confidenceThreshold: 0.5 },
    ...{ modelName: 'hz-signs', modelVersion: '1.0.0' },
    processingTime: Math.round((0.1 + random.next() ** 4) * 10_000) / 10_000,
    totalDetections: Math.floor(random.next() * 7),
    reviewState: random.next() < reviewedShare ? ('reviewed' as const) : ('unreviewed' as const),
    sourceKey: `uploads/${id}.jpg`,
    resultKey: `detection_results/${id}.jpg`,
    thumbnailKey: `thumbnails/${id}.webp`,
    createdAt: createdAt.toISOString().replace('Z', '+00:00'), // as the driver writes it
    day: new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(createdAt),
  }
}

/** As the server keeps it with each record. */
function withLowest(rows: ReturnType<typeof recordRow>[], signs: ReturnType<typeof signsOf>) {
  const lowest = new Map<number, number>()
  for (const { recordId, confidence } of signs) {
    lowest.set(recordId, Math.min(confidence, lowest.get(recordId) ?? 1))
  }
  return rows.map((row) => ({ ...row, lowestConfidence: lowest.get(row.id) ?? null }))
}

function signsOf({ id, userId, day, totalDetections }: ReturnType<typeof recordRow>, random: Random) {
  return Array.from({ length: totalDetections }, () => {
    const kind = random.next() < rareShare ? rare : kinds[Math.floor(random.next() ** 2 * kinds.length)]!
    const confidence = Math.round((0.5 + random.next() / 2) * 10_000) / 10_000
    return { recordId: id, userId, day, ...kind, confidence, x1: 100, y1: 200, x2: 140, y2: 240 }
  })
}

/** As reviewers leave them: most right, some wrong. */
function verdictsOf(records: ReturnType<typeof recordRow>[], signs: ReturnType<typeof signsOf>, random: Random) {
  const reviewed = new Set(records.filter(({ reviewState }) => reviewState === 'reviewed').map(({ id }) => id))
  return signs
    .filter(({ recordId }) => reviewed.has(recordId))
    .map(({ confidence, ...sign }, place) => {
      const { classCode: class_code, className: class_name, classNameEn: class_name_en, category } = sign
      const { x1, y1, x2, y2 } = sign
      const model = { class_code, class_name, class_name_en, category, confidence, bbox: [x1, y1, x2, y2] }
      const verdict = random.next() < 0.9 ? 'accepted' : 'rejected'
      return { ...sign, signKey: `m${place}`, verdict, firstClassCode: class_code, model: JSON.stringify(model) }
    })
}

function taskRow({ taskId, userId, fileName, fileSize, detectionType, createdAt }: ReturnType<typeof recordRow>) {
  const times = { queuedAt: createdAt, startedAt: createdAt, finishedAt: createdAt }
  const task = { id: taskId, userId, fileName, fileSize, detectionType, options: '{}', estimatedTime: 0.3 }
  return { ...task, status: 'success', ...times }
}
