import { readFile } from 'node:fs/promises'
import { Compile } from 'typebox/compile'
import type { AnalysisJob } from '../../src/analysis/analyzer.ts'
import { type Detection, KeptMessage, PassingMessage, type ServerMessage } from '../../src/contract/index.ts'
import { decodeCursor } from '../../src/events/cursor.ts'
import { stopSign } from '../helpers/analyzers.ts'
import { fixture, formOf, Listener } from '../helpers/app.ts'

const schemas = new Map(
  [...KeptMessage.anyOf, ...PassingMessage.anyOf].map((schema) => [schema.properties.type.const, Compile(schema)]),
)
const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/

/** What holds of all that one client hears, over all its connections: broken, it says how. */
export class Laws {
  /** The cursor of the last kept message, or of the first greeting: what the client resumes from. */
  cursor = ''
  readonly events: ServerMessage[] = []
  #isFirst = true
  #positions = new Map<string, number>()
  readonly #progress = new Map<string, number>()
  readonly #ended = new Set<string>()
  readonly #sentMs = new Map<string, number[]>()

  /** To be called before each new connection. */
  reconnect(): void {
    this.#isFirst = true
  }

  breach(message: ServerMessage): string | null {
    const schema = schemas.get(message.type)
    if (schema === undefined) return `unknown type ${message.type}`
    if (!schema.Check(message)) return `not as the contract has it: ${JSON.stringify(message)}`
    if (!TIMESTAMP.test(message.timestamp)) return `timestamp ${message.timestamp}`
    return this.#greeting(message) ?? this.#sequence(message) ?? this.#task(message)
  }

  #greeting(message: ServerMessage): string | null {
    if (!this.#isFirst || message.type === 'error' || message.type === 'connection_closing') return null
    this.#isFirst = false
    if (message.type !== 'connection_established') return `${message.type} before the greeting`
    const { cursor, recovered } = message.data
    if (this.cursor !== '' && recovered && cursor !== this.cursor) return 'recovered from another cursor than given'
    this.cursor = cursor
    this.#positions = new Map(decodeCursor(cursor))
    return null
  }

  /** Numbers without a gap, and cursors that stand where the client stands. */
  #sequence(message: ServerMessage): string | null {
    if (!('seq' in message)) return null
    const { cursor, seq, stream } = message
    const given = decodeCursor(cursor)
    this.cursor = cursor
    if (message.snapshot !== true) {
      this.events.push(message)
      const name = [...this.#positions.keys()].find((key) => key.split(':', 1)[0] === stream)
      if (name === undefined) return `${stream} is not followed`
      const before = this.#positions.get(name) ?? 0
      if (seq !== before + 1) return `${message.type} has number ${seq} of ${name} after ${before}`
      this.#positions.set(name, seq)
    }
    const isHere = given !== null && [...this.#positions].every(([name, position]) => given.get(name) === position)
    return isHere ? null : `cursor ${JSON.stringify([...(given ?? [])])} of number ${seq} of ${stream}`
  }

  #task(message: ServerMessage): string | null {
    const id = (message.data as { task_id?: string }).task_id
    if (id === undefined) return null
    if (this.#ended.has(id)) return `${message.type} after the end of ${id}`
    if (message.type === 'detection_start') return this.#progress.has(id) ? `start after progress of ${id}` : null
    if (message.type !== 'detection_progress') {
      this.#ended.add(id)
      return null
    }
    const before = this.#progress.get(id) ?? 0
    this.#progress.set(id, message.data.progress)
    const sent = (this.#sentMs.get(id) ?? []).filter((ms) => Date.parse(message.timestamp) - ms < 1000)
    this.#sentMs.set(id, [...sent, Date.parse(message.timestamp)])
    if (sent.length >= 10) return `more than 10 messages of progress a second for ${id}`
    return message.data.progress < before ? `progress of ${id} falls from ${before}` : null
  }
}

interface Judge {
  fail(message: string): unknown
}

interface Options {
  headers?: Record<string, string>
  laws?: Laws
}

/** A listener that checks everything it hears against the contract. */
export class StrictListener extends Listener {
  readonly laws: Laws

  constructor(t: Judge, app: { port: number }, query = '', { laws = new Laws(), ...options }: Options = {}) {
    laws.reconnect()
    super(app, query, options)
    this.laws = laws
    this.socket.on('message', (raw) => {
      const breach = laws.breach(JSON.parse(String(raw)) as ServerMessage)
      if (breach !== null) t.fail(breach)
    })
  }

  /** Starts a detection. @returns its task_id */
  async start(filePath: string, options: object = {}, requestId?: string): Promise<string> {
    const answer = await this.command('start_detection', startOf(filePath, options), requestId)
    return (answer.data as { task_id: string }).task_id
  }

  get notices(): string[] {
    return this.of('system_notification').map(({ data }) => data.title)
  }
}

/** A connected, greeted and strict socket. */
export async function listen(t: Judge, app: { port: number }, query = '', options: Options = {}) {
  const listener = new StrictListener(t, app, query, options)
  const { data } = await listener.until('connection_established')
  return Object.assign(listener, { greeting: data })
}

/** Uploads a small picture. @returns its file_path */
export async function upload(
  app: { origin: string },
  query = '',
  headers: Record<string, string> = {},
): Promise<string> {
  const body = formOf([{ bytes: await readFile(fixture('street-small.jpg')), name: '街道.jpg' }])
  const response = await fetch(`${app.origin}/api/uploads${query}`, { method: 'POST', body, headers })
  if (response.status !== 201) throw new Error(`upload answered ${response.status} ${await response.text()}`)
  return ((await response.json()) as { file_path: string }).file_path
}

export const startOf = (file_path: string, options: object = {}) => ({ file_path, detection_type: 'image', options })

/** A script for the ScriptedAnalyzer: tasks wait at the gate until it opens, or they are aborted. */
export class Gate {
  /** Tasks that have come to the gate, those before a restart included. */
  arrived = 0
  #isOpen = false
  #onChange: Array<() => void> = []

  readonly script = async (_job: AnalysisJob, signal: AbortSignal): Promise<Detection[]> => {
    this.arrived++
    this.#tell()
    signal.addEventListener('abort', () => this.#tell())
    while (!this.#isOpen && !signal.aborted) await this.#change()
    signal.throwIfAborted()
    return [stopSign]
  }

  open(): void {
    this.#isOpen = true
    this.#tell()
  }

  shut(): void {
    this.#isOpen = false
  }

  async untilArrived(count: number): Promise<void> {
    while (this.arrived < count) await this.#change()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#onChange.push(resolve))
  }

  #tell(): void {
    for (const told of this.#onChange.splice(0)) told()
  }
}
