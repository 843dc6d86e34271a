import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { RequestBytes } from './request-bytes.ts'
import type { ResumableUploads } from './resumable-uploads.ts'
import { TUS_PATH, TUS_VERSION, type TusAnswer, TusExchange } from './tus-exchange.ts'
import { CHECKSUM_ALGORITHMS } from './upload-checksum.ts'
import { filePathOf } from './upload-service.ts'

const params = Type.Object({ upload_id: Type.String() })
const done = Type.Null({
  description: 'With Upload-Offset; once all bytes are here, Upload-Id and Upload-File-Path say what came of it',
})
const tags = ['uploads']

/** Resumable uploads, https://tus.io/protocols/resumable-upload: for files of gigabytes, and for lines that drop. */
export const tusRoutes: FastifyPluginAsync<{ resumable: ResumableUploads }> = async (app, { resumable }) => {
  // The body is read where it is written, after what is refused without it.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _body, parsed) => parsed(null))
  app.addHook('onSend', async (_request, reply) => {
    reply.header('tus-resumable', TUS_VERSION)
    if (reply.statusCode === 412) reply.header('tus-version', TUS_VERSION)
  })

  const exchange = async (
    request: FastifyRequest,
    reply: FastifyReply,
    method = request.method,
  ): Promise<FastifyReply> => {
    const { upload_id: id = null } = request.params as { upload_id?: string }
    const bytes = new RequestBytes(request.raw)
    const asked = { method, id, userId: request.principal?.userId, headers: request.headers, bytes }
    try {
      return send(reply, await new TusExchange(resumable, asked).answer())
    } catch (err) {
      // Whoever is still sending could not hear why it is refused.
      request.raw.resume()
      throw err
    }
  }

  const describe = (summary: string) => ({ schema: { tags, summary, params, response: { 204: done } } })
  const options = { config: { public: true }, schema: { hide: true } }
  app.options(TUS_PATH, options, async (request, reply) => {
    reply.header('tus-checksum-algorithm', CHECKSUM_ALGORITHMS)
    return exchange(request, reply)
  })
  app.post(
    TUS_PATH,
    {
      schema: {
        tags,
        summary: 'Begin a resumable upload (tus 1.0)',
        description:
          'Upload-Length: its bytes; Upload-Metadata: filename and the name in base64. Location is where the bytes go; the first may come at once',
        response: { 201: Type.Null({ description: 'With Location and Upload-Expires' }) },
      },
    },
    (request, reply) => exchange(request, reply),
  )
  const path = `${TUS_PATH}/:upload_id`
  const head = { tags, summary: 'How far a resumable upload has got', params, response: { 200: done } }
  app.head(path, { schema: head }, (request, reply) => exchange(request, reply))
  app.patch(path, describe('Go on with a resumable upload, from Upload-Offset'), (request, reply) =>
    exchange(request, reply),
  )
  app.delete(path, describe('Give up a resumable upload'), (request, reply) => exchange(request, reply))
  // For clients whose surroundings know no PATCH.
  app.post(path, { schema: { hide: true, params } }, (request, reply) => {
    const override = String(request.headers['x-http-method-override']).toUpperCase()
    if (['PATCH', 'DELETE', 'HEAD'].includes(override)) return exchange(request, reply, override)
    return reply.callNotFound()
  })
}

function send(reply: FastifyReply, { status, headers, upload }: TusAnswer): FastifyReply {
  reply.code(status).headers(headers)
  if (upload !== null) reply.headers({ 'upload-id': upload.id, 'upload-file-path': filePathOf(upload) })
  return reply.send()
}
