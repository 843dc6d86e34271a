import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { AppError } from '../errors.ts'

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16
/** Of version 1; no URL and no credentials look like it, as those have a colon. */
const SEALED = /^v1\.([\w-]+)$/

/** Encrypts short texts, each bound to what it is about, so that none can be put in the place of another. */
export class SecretCipher {
  readonly #keys: Buffer[]

  /** @param secrets the first one encrypts; the others open what was encrypted before them */
  constructor(secrets: [string, ...string[]]) {
    this.#keys = secrets.map((secret) =>
      Buffer.from(hkdfSync('sha256', secret, 'hzsystem', 'secrets of cameras, version 1', 32)),
    )
  }

  seal(text: string, about: string): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.#keys[0] as Buffer, iv).setAAD(Buffer.from(about))
    const sealed = [cipher.update(text, 'utf8'), cipher.final()]
    return `v1.${Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url')}`
  }

  /** @throws CAMERA_SECRET_LOST where none of the keys fits */
  open(sealed: string, about: string): string {
    for (const key of this.#keys) {
      const text = opened(sealed, about, key)
      if (text !== null) return text
    }
    throw new AppError('CAMERA_SECRET_LOST')
  }

  /** Whether it was encrypted with the key that is used now. */
  isCurrent(sealed: string, about: string): boolean {
    return opened(sealed, about, this.#keys[0] as Buffer) !== null
  }
}

export function isSealed(text: string): boolean {
  return SEALED.test(text)
}

function opened(sealed: string, about: string, key: Buffer): string | null {
  const bytes = Buffer.from(SEALED.exec(sealed)?.[1] ?? '', 'base64url')
  if (bytes.length < IV_BYTES + TAG_BYTES) return null
  const tag = bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(about)).setAuthTag(tag)
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8')
  } catch {
    return null
  }
}
