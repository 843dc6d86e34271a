import { AppError } from '../errors.ts'
import type { ExpectedDigest } from '../storage/partial-files.ts'

/** Bytes of each digest. */
const algorithms: { [name: string]: number } = { sha1: 20, sha256: 32, sha512: 64 }

export const CHECKSUM_ALGORITHMS = Object.keys(algorithms).join(',')

/** `Upload-Checksum: sha256 <base64>`; null where a client sends none. @throws INVALID_REQUEST */
export function checksumOf(header: string | undefined): ExpectedDigest | null {
  if (header === undefined) return null
  const [, algorithm = '', base64 = ''] = /^([a-z0-9]+) ([A-Za-z0-9+/]+={0,2})$/.exec(header) ?? []
  const digest = Buffer.from(base64, 'base64')
  const bytes = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined
  if (digest.length === bytes) return { algorithm, digest }
  const field = {
    field: 'Upload-Checksum',
    expected: `one of ${CHECKSUM_ALGORITHMS}, a space, and the digest in base64`,
    expected_zh: `应为 ${CHECKSUM_ALGORITHMS} 之一、空格和 base64 摘要`,
  }
  throw new AppError('INVALID_REQUEST', {}, { fields: [field] })
}
