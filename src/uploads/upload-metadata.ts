import { AppError } from '../errors.ts'
import { tidyFileName } from './file-name.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * The file's name in `Upload-Metadata: filename <base64>,…`, fit to be read; other keys say nothing to us.
 * @throws INVALID_REQUEST for what is no metadata, or no text
 */
export function fileNameIn(header: string | undefined): string {
  if (header === undefined || header === '') return tidyFileName(undefined)
  const pairs = header.split(',').map((pair) => pair.trim().split(' '))
  const isSound = pairs.every(
    ([key = '', value = '', ...more]) => key !== '' && more.length === 0 && /^[\d+/A-Za-z]*={0,2}$/.test(value),
  )
  if (!isSound || new Set(pairs.map(([key]) => key)).size < pairs.length) throw refused()
  const base64 = pairs.find(([key]) => key === 'filename')?.[1] ?? ''
  try {
    return tidyFileName(utf8.decode(Buffer.from(base64, 'base64')))
  } catch {
    throw refused()
  }
}

function refused(): AppError {
  const field = {
    field: 'Upload-Metadata',
    expected: 'keys, each once and with its value in base64, as in "filename c3RyZWV0LmpwZw=="; the name in UTF-8',
    expected_zh: '应为互不相同的键，各带 base64 值，如 "filename c3RyZWV0LmpwZw=="；文件名为 UTF-8',
  }
  return new AppError('INVALID_REQUEST', {}, { fields: [field] })
}
