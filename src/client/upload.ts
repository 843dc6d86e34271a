import type { DetectionOptions } from '../contract/index.ts'
import { networkError } from './hz-error.ts'
import { page } from './page-globals.ts'

/** A `File`, or any blob with a name. */
export type UploadFile = (Blob & { readonly name: string }) | { readonly name: string; readonly blob: Blob }

export interface Answered {
  status: number
  body: unknown
  retryAfter: string | null
}

interface FormRequest {
  url: string
  headers: { [name: string]: string }
  form: FormData
  onProgress: (share: number) => void
  signal: AbortSignal | undefined
}

/** The fields come first: the server reads them before it takes a file. */
export function formOf(files: Iterable<UploadFile>, fields: DetectionOptions): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.append(name, String(value))
  for (const file of files) form.append('file', 'blob' in file ? file.blob : file, file.name)
  return form
}

/** With XMLHttpRequest where there is one: fetch does not tell how far an upload has got. */
export function sendForm(request: FormRequest, ownFetch: typeof fetch | null): Promise<Answered> {
  request.signal?.throwIfAborted()
  return ownFetch === null && page.XMLHttpRequest !== undefined
    ? sendWithProgress(request, new page.XMLHttpRequest())
    : sendAtOnce(request, ownFetch ?? fetch)
}

async function sendAtOnce(
  { url, headers, form, onProgress, signal }: FormRequest,
  send: typeof fetch,
): Promise<Answered> {
  const init = { method: 'POST', headers, body: form, ...(signal && { signal }) }
  const response = await send(url, init).catch((err) => {
    throw signal?.aborted ? signal.reason : networkError(err)
  })
  onProgress(1)
  const body: unknown = await response.json().catch(() => null)
  return { status: response.status, body, retryAfter: response.headers.get('retry-after') }
}

function sendWithProgress(
  { url, headers, form, onProgress, signal }: FormRequest,
  request: InstanceType<NonNullable<typeof page.XMLHttpRequest>>,
): Promise<Answered> {
  const abort = () => request.abort()
  const sent = new Promise<Answered>((resolve, reject) => {
    request.open('POST', url)
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value)
    request.responseType = 'json'
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onload = () => {
      const retryAfter = request.getResponseHeader('retry-after')
      resolve({ status: request.status, body: request.response, retryAfter })
    }
    request.onerror = () => reject(networkError())
    request.onabort = () => reject(signal?.reason)
    signal?.addEventListener('abort', abort)
    request.send(form)
  })
  return sent.finally(() => signal?.removeEventListener('abort', abort))
}
