import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import t from 'tap'
import { packageRoot } from '../src/package-root.ts'

const src = join(packageRoot, 'src')
const vocabulary = ['contract', 'errors.ts', 'raw-picture.ts']
/** How a part starts a process of its own. */
const forking = 'fork-process.ts'
const domain = [
  'uploads',
  'tasks',
  'live',
  'cameras',
  'records',
  'reviews',
  'exports',
  'statistics',
  'retention',
  'models',
  'notifications',
  'users',
]
const parts = ['db', 'storage', 'queue', 'events', 'detection', 'drawing', 'analysis', 'tracking', 'video', 'streams']

/** What a room of src/ may import from. A room that is missing here may import nothing of ours. */
const mayImport: Record<string, string[]> = {
  contract: [],
  'errors.ts': ['contract'],
  'raw-picture.ts': [],
  [forking]: [],
  'package-root.ts': [],
  'version.ts': ['package-root.ts'],
  'config.ts': ['package-root.ts'],
  db: ['package-root.ts'],
  storage: vocabulary,
  queue: [],
  events: [...vocabulary, 'db'],
  detection: vocabulary,
  drawing: [...vocabulary, 'package-root.ts'],
  tracking: vocabulary,
  // The composition root of the forked process: the one place where a picture is both read and drawn on.
  analysis: [...vocabulary, forking, 'detection', 'drawing'],
  // The composition root of the processes that read videos.
  video: [...vocabulary, forking, 'detection', 'drawing', 'tracking', 'analysis'],
  // The same of those that watch network cameras.
  streams: [...vocabulary, forking, 'detection', 'drawing', 'tracking', 'analysis', 'video'],
  ...Object.fromEntries(
    domain.map((room) => [
      room,
      [
        ...vocabulary,
        'db',
        'storage',
        'queue',
        'events',
        'analysis',
        'tracking',
        'video',
        'streams',
        ...domain,
        'http',
      ],
    ]),
  ),
  http: [...vocabulary, 'users'],
  realtime: [...vocabulary, 'events', 'http', ...domain],
  // The pages: what they share with the server is types, the client, and how labels give way to each other.
  web: ['package-root.ts', 'contract', 'client', 'drawing'],
  client: ['contract'],
  evaluation: [...vocabulary, 'detection', 'drawing'],
  cli: [...vocabulary, 'analysis', 'detection', 'tracking', 'video', 'evaluation', 'package-root.ts', 'config.ts'],
  parts: ['*'],
  'app.ts': ['*'],
  'server.ts': ['app.ts', 'config.ts'],
}

/** From parts, the domain takes types only; what they are is decided by the composition root. */
const typesOnly = new Set(['storage', 'queue', 'events', 'analysis', 'tracking', 'video', 'streams'])

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.tsx?$/.test(file) && !file.startsWith(join('db', 'generated')))
  .map((file) => file.split('\\').join('/'))
const roomOf = (path: string) => path.split('/')[0] as string
const read = (file: string) => readFileSync(join(src, file), 'utf8')

interface Import {
  from: string
  to: string
  isTypeOnly: boolean
}

function importsOf(file: string): Import[] {
  return [...read(file).matchAll(/^(import|export)( type)?[^'"]*?from '(\.[^']+)'/gms)].map(([, , type, path]) => {
    const to = relative(src, join(src, file, '..', path as string))
      .split('\\')
      .join('/')
    return { from: file, to, isTypeOnly: type !== undefined }
  })
}

t.test('no file imports from a room that it may not enter', async (t) => {
  const broken = files.flatMap(importsOf).filter(({ from, to }) => {
    const allowed = [roomOf(from), ...(mayImport[roomOf(from)] ?? [])]
    return !allowed.includes(roomOf(to)) && !allowed.includes('*')
  })
  t.same(broken, [])
})

t.test('the domain takes from the parts their types only', async (t) => {
  const broken = files
    .filter((file) => domain.includes(roomOf(file)))
    .flatMap(importsOf)
    .filter(({ to, isTypeOnly }) => typesOnly.has(roomOf(to)) && !isTypeOnly)
  t.same(broken, [])
})

t.test('the client brings nothing of the contract into a browser but types, and nothing of Node', async (t) => {
  const own = files.filter((file) => roomOf(file) === 'client')
  const fromContract = own.flatMap(importsOf).filter(({ to }) => roomOf(to) === 'contract')
  t.ok(fromContract.length > 0)
  t.same(
    fromContract.filter(({ isTypeOnly }) => !isTypeOnly),
    [],
  )
  const using = own.filter((file) => /from '[^.']/.test(read(file)))
  t.same(using, ['client/node.ts'])
})

t.test('every room is in the rules, and every rule is about a room', async (t) => {
  const rooms = new Set(files.map(roomOf))
  t.same(
    [...rooms].filter((room) => !(room in mayImport)),
    [],
  )
  t.same(
    Object.keys(mayImport).filter((room) => !rooms.has(room)),
    [],
  )
  t.same(
    [...domain, ...parts].filter((room) => !existsSync(join(src, room))),
    [],
  )
})

t.test('only routes and http know Fastify', async (t) => {
  const edge = /^app\.ts$|^parts\/|-routes\.ts$|^http\/|^uploads\/multipart-files\.ts$|^users\/session-cookies\.ts$/
  const using = files.filter((file) => /from '(fastify|@fastify\/[^']+)'/.test(read(file)))
  t.same(
    using.filter((file) => !edge.test(file)),
    [],
  )
})

t.test('only the config reads the environment', async (t) => {
  // drawing/fonts.ts writes FONTCONFIG_FILE, the only way to tell the library inside sharp where fonts are.
  const using = files.filter((file) => /process\.env/.test(read(file)))
  t.same(
    using.filter((file) => !['config.ts', 'drawing/fonts.ts'].includes(file)),
    [],
  )
})

t.test('every room is described in ARCHITECTURE.md, and every described room exists', async (t) => {
  const text = readFileSync(join(src, 'ARCHITECTURE.md'), 'utf8')
  const tree = /```text\n([\s\S]*?)```/.exec(text)?.[1] ?? ''
  const described = [...tree.matchAll(/^ {2}([\w.-]+)\/? {2,}/gm)].map(([, name]) => name as string)
  const rooms = [...new Set(files.map(roomOf))]
  t.same(described.filter((name) => !rooms.includes(name)).sort(), [])
  t.same(rooms.filter((room) => !described.includes(room)).sort(), [])
})

t.test('no file of the project is called by what says nothing', async (t) => {
  t.same(
    files.filter((file) => /(^|[/-])(utils?|common|core|manager|helpers?|base|misc)([./-]|$)/.test(file)),
    [],
  )
})

t.test('no two places of the pages keep different answers under one key', async (t) => {
  const places = new Map<string, string[]>()
  const pages = files.filter((file) => file.startsWith('web/app/'))
  for (const file of pages) {
    // With what fetches it: where a key is only made stale, nothing is kept.
    for (const [, key] of read(file).matchAll(
      /queryKey: \[topics\.(\w+(?:, '[\w-]+')?)[^\]]*\],\s+(?:\w+: [^\n]+\s+)*?queryFn:/g,
    )) {
      places.set(key as string, [...(places.get(key as string) ?? []), file])
    }
  }
  t.ok(places.size > 15, 'keys are found')
  t.same(
    [...places].filter(([, at]) => at.length > 1),
    [],
  )
})
