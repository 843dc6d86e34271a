import { ERRORS } from '@tus/server'
import { AppError } from '../errors.ts'

interface About {
  id: string
  fileName: string
  maxBytes: number
  offset: number
}

type Wanted = [expected: string, expectedZh: string]

const fields: { [header: string]: Wanted } = {
  'Content-Type': ['must be application/offset+octet-stream', '应为 application/offset+octet-stream'],
  'Upload-Offset': ['must be the number of bytes that are here', '应为已收到的字节数'],
  'Upload-Length': ['must be the number of bytes of the file', '应为文件的字节数'],
  'Upload-Defer-Length': ['is not supported: give Upload-Length', '不支持：请给出 Upload-Length'],
  'Upload-Concat': ['is not supported: send the file as one', '不支持：请整个发送'],
  'Upload-Metadata': ['must be keys, each once and with its value in base64', '应为互不相同的键，各带 base64 值'],
}

/** @tus/server's refusals, which are objects, as ours. */
const byRefusal = new Map<unknown, (about: About) => AppError>([
  [ERRORS.FILE_NOT_FOUND, ({ id }) => new AppError('UPLOAD_NOT_FOUND', { upload_id: id })],
  [ERRORS.FILE_NO_LONGER_EXISTS, ({ id }) => new AppError('UPLOAD_NOT_FOUND', { upload_id: id })],
  [ERRORS.INVALID_OFFSET, ({ offset }) => new AppError('UPLOAD_OFFSET_CONFLICT', { offset })],
  [ERRORS.ERR_SIZE_EXCEEDED, tooLarge],
  [ERRORS.ERR_MAX_SIZE_EXCEEDED, tooLarge],
  [ERRORS.MISSING_OFFSET, () => wrong('Upload-Offset')],
  [ERRORS.INVALID_CONTENT_TYPE, () => wrong('Content-Type')],
  [ERRORS.INVALID_LENGTH, () => wrong('Upload-Length')],
  [ERRORS.INVALID_METADATA, () => wrong('Upload-Metadata')],
  [ERRORS.UNSUPPORTED_CREATION_DEFER_LENGTH_EXTENSION, () => wrong('Upload-Defer-Length')],
  [ERRORS.UNSUPPORTED_CONCATENATION_EXTENSION, () => wrong('Upload-Concat')],
])

/** What was thrown, or the text of a refusal for its headers. @returns an AppError, or what is a bug as it is */
export function tusProblem(refusal: unknown, about: About): unknown {
  if (typeof refusal === 'string') return ofHeaders(refusal)
  return byRefusal.get(refusal)?.(about) ?? refusal
}

/** `Tus-Resumable Required`, or `Invalid` and the names of headers. */
function ofHeaders(text: string): AppError {
  if (/tus-resumable/i.test(text)) return new AppError('TUS_VERSION_UNSUPPORTED', { supported: '1.0.0' })
  const names = Object.keys(fields).filter((name) => text.includes(name.toLowerCase()))
  return wrong(...names)
}

function wrong(...names: string[]): AppError {
  const problems = names.map((field) => {
    const [expected, expected_zh] = fields[field] as Wanted
    return { field, expected, expected_zh }
  })
  return new AppError('INVALID_REQUEST', {}, { fields: problems })
}

function tooLarge({ fileName, maxBytes }: About): AppError {
  return new AppError('UPLOAD_TOO_LARGE', { file_name: fileName, max_bytes: maxBytes })
}
