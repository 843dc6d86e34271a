import { Agent, request } from 'node:http'
import type { DetectionMode } from '../src/contract/index.ts'
import type { Photo } from './photos.ts'

const boundary = 'hzsystem-bench-5d1f6c'

export interface DetectionRequest {
  mode: DetectionMode
  saveResult: boolean
}

interface Answer {
  status: number
  body: Buffer
  /** From the first byte sent to the last received. */
  ms: number
}

/** A cheap HTTP client over kept-alive connections: what it costs is missing to the server on the same cores. */
export class Client {
  readonly #port: number
  readonly #agent = new Agent({ keepAlive: true })
  readonly #forms = new Map<string, Buffer>()

  constructor(port: number) {
    this.#port = port
  }

  /** Uploads a photo and waits for its record. @throws Error when the answer is not the record. */
  async detect(photo: Photo, options: DetectionRequest): Promise<Answer> {
    const answer = await this.#send('POST', '/api/detections?wait=1', this.#formOf(photo, options), formType)
    if (answer.status !== 200) throw new Error(`Detection: ${answer.status} ${answer.body.toString().slice(0, 500)}`)
    return answer
  }

  async get(path: string): Promise<Answer> {
    const answer = await this.#send('GET', path)
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.body.toString().slice(0, 500)}`)
    return answer
  }

  async postJson(path: string, value: unknown): Promise<Answer> {
    const answer = await this.#send('POST', path, Buffer.from(JSON.stringify(value)), 'application/json')
    if (answer.status > 299) throw new Error(`${path}: ${answer.status} ${answer.body.toString().slice(0, 500)}`)
    return answer
  }

  close(): void {
    this.#agent.destroy()
  }

  /** Made once: not to be measured. */
  #formOf(photo: Photo, options: DetectionRequest): Buffer {
    const key = `${photo.path} ${options.mode} ${options.saveResult}`
    const form = this.#forms.get(key) ?? formOf(photo, options)
    this.#forms.set(key, form)
    return form
  }

  #send(method: string, path: string, body?: Buffer, type?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = body === undefined ? {} : { 'content-type': type, 'content-length': body.length }
      const startedMs = performance.now()
      const sent = request({ host: '127.0.0.1', port: this.#port, method, path, headers, agent: this.#agent })
      sent.on('error', reject)
      sent.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('error', reject)
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('end', () => {
          const ms = performance.now() - startedMs
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), ms })
        })
      })
      sent.end(body)
    })
  }
}

const formType = `multipart/form-data; boundary=${boundary}`

function formOf({ content }: Photo, { mode, saveResult }: DetectionRequest): Buffer {
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const fields = field('mode', mode) + field('save_result', String(saveResult))
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="street.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`
  return Buffer.concat([Buffer.from(fields + file), content, Buffer.from(`\r\n--${boundary}--\r\n`)])
}
