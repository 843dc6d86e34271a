/*
 * What browsers have and Node may lack, as far as it is used here. Declared by hand: the project's types are Node's, and
 * a web application's are the browser's.
 */

/** A WebSocket, of a browser or of the package ws. */
export interface SocketLike {
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void
  addEventListener(type: 'error', listener: () => void): void
  send(message: string | Uint8Array): void
  close(code?: number, reason?: string): void
  /** Cuts the line without a farewell. Browsers cannot. */
  terminate?(): void
}

/** A place for strings: `localStorage`, `sessionStorage` or one's own. */
export interface StringStorage {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
  removeItem(key: string): void
}

export interface UploadRequest {
  readonly status: number
  readonly response: unknown
  readonly upload: { onprogress: ((event: { loaded: number; total: number }) => void) | null }
  responseType: string
  onload: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
  open(method: string, url: string): void
  setRequestHeader(name: string, value: string): void
  getResponseHeader(name: string): string | null
  send(body: FormData): void
  abort(): void
}

interface PageGlobals {
  WebSocket?: new (url: string) => SocketLike
  XMLHttpRequest?: new () => UploadRequest
  document?: {
    readonly visibilityState: string
    addEventListener(type: string, listener: () => void): void
    removeEventListener(type: string, listener: () => void): void
  }
  location?: { readonly origin: string }
  navigator?: {
    readonly onLine?: boolean
    readonly locks?: { request(name: string, work: () => Promise<void>): Promise<void> }
  }
  readonly localStorage?: StringStorage
  readonly sessionStorage?: StringStorage
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
}

export const page = globalThis as unknown as PageGlobals

/** Whether this runs in a page, where cookies that no script can read carry a session. */
export function isPage(): boolean {
  return page.document !== undefined
}
