import { createHash } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { type RunningApp, rawRequest } from '../helpers/app.ts'

type Where = Pick<RunningApp, 'port'>
type Headers = Record<string, string>

export const TUS = { 'tus-resumable': '1.0.0' }
const BYTES = { 'content-type': 'application/offset+octet-stream' }

export const base64 = (text: string | Uint8Array) => Buffer.from(text as string).toString('base64')
export const checksum = (algorithm: string, bytes: Uint8Array) =>
  `${algorithm} ${createHash(algorithm).update(bytes).digest('base64')}`

/** A request of tus; the answer's body is JSON where there is one. */
export async function tus(app: Where, method: string, path: string, headers: Headers = {}, body?: Uint8Array) {
  const length: Headers = body === undefined ? {} : { 'content-length': String(body.length) }
  const answer = await rawRequest(app, { method, path, headers: { ...TUS, ...length, ...headers } }, body)
  const offset = answer.headers['upload-offset']
  return { ...answer, json: answer.body === '' ? null : JSON.parse(answer.body), offset: Number(offset ?? Number.NaN) }
}

export const create = (app: Where, length: number, headers: Headers = {}, name = 'street.jpg') => {
  const about = { 'upload-length': String(length), 'upload-metadata': `filename ${base64(name)}` }
  return tus(app, 'POST', '/api/uploads/tus', { ...about, ...headers })
}

/** @returns where the new upload is */
export async function created(app: Where, length: number, headers: Headers = {}, name?: string): Promise<string> {
  const { status, headers: said, body } = await create(app, length, headers, name)
  if (status !== 201 || said.location === undefined) throw new Error(`${status} ${body}`)
  return said.location
}

export const patch = (app: Where, path: string, offset: number, bytes: Uint8Array, headers: Headers = {}) =>
  tus(app, 'PATCH', path, { ...BYTES, 'upload-offset': String(offset), ...headers }, bytes)

export const head = (app: Where, path: string, headers: Headers = {}) => tus(app, 'HEAD', path, headers)

/** A PATCH that is never finished: it has said that it has `length` bytes, and sends what it is told to. */
export function openPatch(app: Where, path: string, offset: number, length: number, headers: Headers = {}) {
  const request = httpRequest({
    ...{ host: '127.0.0.1', port: app.port, method: 'PATCH', path },
    headers: { ...TUS, ...BYTES, 'upload-offset': String(offset), 'content-length': String(length), ...headers },
  })
  request.on('error', () => {})
  request.flushHeaders()
  const status = new Promise<number>((resolve, reject) => {
    request.on('response', (response) => resolve(response.resume().statusCode ?? 0))
    request.on('close', () => reject(new Error('closed without an answer')))
  })
  status.catch(() => {})
  const write = (bytes: Uint8Array) => new Promise<void>((resolve) => request.write(bytes, () => resolve()))
  return { write, status, leave: () => request.destroy() }
}
