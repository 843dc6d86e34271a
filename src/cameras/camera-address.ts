import type { CameraModel } from '../db/index.ts'
import { isSealed, type SecretCipher } from './secret-cipher.ts'

/** What a camera is connected to: its URL without user name and password, and those as `user:password`. */
export interface CameraAddress {
  url: string
  credentials: string | null
}

/** A row's part of it. A URL with secrets in its query is kept as it is shown, a space, and the whole of it encrypted. */
type AddressRow = Pick<CameraModel, 'id' | 'url' | 'credentials'>

/** Addresses as rows keep them: whatever is secret is encrypted. What was written before that was so is read as well. */
export class CameraAddresses {
  readonly #cipher: SecretCipher
  readonly #shownUrl: (plainUrl: string) => string

  constructor(cipher: SecretCipher, shownUrl: (plainUrl: string) => string) {
    this.#cipher = cipher
    this.#shownUrl = shownUrl
  }

  columnsOf(id: string, { url, credentials }: CameraAddress): CameraAddress {
    const shown = this.#shownUrl(url)
    return {
      url: shown === url ? url : `${shown} ${this.#cipher.seal(url, aboutUrl(id))}`,
      credentials: credentials === null ? null : this.#cipher.seal(credentials, aboutCredentials(id)),
    }
  }

  /** What may be shown of the URL: needs no key. */
  shownUrlOf({ url }: AddressRow): string {
    return this.#shownUrl(url.split(' ', 1)[0] as string)
  }

  /** @throws CAMERA_SECRET_LOST */
  urlOf({ id, url }: AddressRow): string {
    const [plain, sealed] = url.split(' ')
    return sealed === undefined ? (plain as string) : this.#cipher.open(sealed, aboutUrl(id))
  }

  /** @throws CAMERA_SECRET_LOST */
  credentialsOf({ id, credentials }: AddressRow): string | null {
    if (credentials === null || !isSealed(credentials)) return credentials
    return this.#cipher.open(credentials, aboutCredentials(id))
  }

  /** The columns, encrypted as they are to be now; null where they are, or where the key of what is there is lost. */
  renewed(row: AddressRow): CameraAddress | null {
    if (this.#isCurrent(row)) return null
    try {
      return this.columnsOf(row.id, { url: this.urlOf(row), credentials: this.credentialsOf(row) })
    } catch {
      return null
    }
  }

  #isCurrent({ id, url, credentials }: AddressRow): boolean {
    const [plain, sealed] = url.split(' ')
    const isUrlCurrent =
      sealed === undefined ? plain === this.#shownUrl(url) : this.#cipher.isCurrent(sealed, aboutUrl(id))
    return isUrlCurrent && (credentials === null || this.#cipher.isCurrent(credentials, aboutCredentials(id)))
  }
}

function aboutUrl(id: string): string {
  return `url of ${id}`
}

function aboutCredentials(id: string): string {
  return `credentials of ${id}`
}
