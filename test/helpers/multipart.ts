import { type RunningApp, rawRequest } from './app.ts'

export interface Part {
  name?: string
  /** A file's name, just as given: FormData would escape some. */
  filename?: string
  type?: string
  content: string | Uint8Array
}

export const BOUNDARY = 'a-boundary-of-the-test'

export function multipart(parts: Part[], boundary = BOUNDARY): Buffer {
  const chunks = parts.flatMap(({ name = 'file', filename, type, content }) => {
    const disposition = `form-data; name="${name}"${filename === undefined ? '' : `; filename="${filename}"`}`
    const contentType = type === undefined ? '' : `content-type: ${type}\r\n`
    return [`--${boundary}\r\ncontent-disposition: ${disposition}\r\n${contentType}\r\n`, content, '\r\n']
  })
  return Buffer.concat([...chunks, `--${boundary}--\r\n`].map((chunk) => Buffer.from(chunk as string)))
}

/** Posts a form and reads the answer, which is JSON. */
export async function post(
  app: Pick<RunningApp, 'port'>,
  path: string,
  parts: Part[] | Buffer,
  headers: Record<string, string> = {},
) {
  const body = Buffer.isBuffer(parts) ? parts : multipart(parts)
  const answer = await rawRequest(
    app,
    {
      method: 'POST',
      path,
      headers: {
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        'content-length': String(body.length),
        ...headers,
      },
    },
    body,
  )
  return { ...answer, json: JSON.parse(answer.body) }
}
