import type { MultipartFile } from '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import type { UploadModel } from '../db/index.ts'
import { AppError } from '../errors.ts'
import { tidyFileName } from './file-name.ts'
import type { UploadService } from './upload-service.ts'

export interface ReceivedForm {
  uploads: UploadModel[]
  /** The form's other fields, as text. */
  fields: Record<string, string>
}

/**
 * Takes in a form's files, all or none, and its fields, in whatever order they come.
 * @throws NO_FILE, TOO_MANY_FILES, INVALID_REQUEST, and what receiving a file throws
 */
export async function receiveForm(
  request: FastifyRequest,
  uploads: UploadService,
  maxFiles: number,
): Promise<ReceivedForm> {
  if (!isForm(request)) {
    const expected = 'multipart/form-data with a boundary'
    const field = { field: 'Content-Type', expected, expected_zh: '应为带 boundary 的 multipart/form-data' }
    throw new AppError('INVALID_REQUEST', {}, { fields: [field] })
  }
  // Whoever left before the form is read from would be waited for without end: no event of the request is still to come.
  if (request.raw.destroyed) throw new AppError('UPLOAD_INTERRUPTED', { file_name: tidyFileName(undefined) })
  const received: UploadModel[] = []
  const fields: Record<string, string> = {}
  let fileName: string | undefined
  try {
    for await (const part of request.parts({ limits: { files: maxFiles + 1 } })) {
      if (part.type === 'field') {
        fields[part.fieldname] = textOf(part.value)
      } else {
        fileName = part.filename
        received.push(await receiveFile(part, request, uploads, received.length, maxFiles))
      }
    }
    if (received.length === 0) throw new AppError('NO_FILE')
    return { uploads: received, fields }
  } catch (err) {
    await uploads.discard(received)
    if (!isCutOff(err)) throw err
    throw new AppError('UPLOAD_INTERRUPTED', { file_name: tidyFileName(fileName) }, { cause: err })
  }
}

async function receiveFile(
  part: MultipartFile,
  request: FastifyRequest,
  uploads: UploadService,
  already: number,
  maxFiles: number,
): Promise<UploadModel> {
  if (already >= maxFiles) {
    part.file.resume()
    throw new AppError('TOO_MANY_FILES', { max_files: maxFiles })
  }
  const length = Number(request.headers['content-length'])
  return uploads.receive({
    content: part.file,
    userId: request.principal.userId,
    fileName: part.filename,
    totalBytes: Number.isFinite(length) ? length : null,
  })
}

/** RFC 2046 ends boundaries at 70 characters; the parser throws beyond some 250. */
function isForm(request: FastifyRequest): boolean {
  return (
    request.isMultipart() &&
    /;\s*boundary=("[^"]{1,70}"|[^\s";]{1,70}(?=[\s;]|$))/i.test(request.headers['content-type'] ?? '')
  )
}

/** A part that says it is JSON has been parsed already. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The request's body ended before the form did. */
function isCutOff(err: unknown): boolean {
  if (err instanceof AppError) return false
  const { code, message } = err as NodeJS.ErrnoException
  return code === 'ECONNRESET' || /premature close|unexpected end|aborted|terminated early/i.test(message ?? '')
}
