import { randomUUID } from 'node:crypto'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { fieldProblems, type Language, type Problem, type SchemaError } from '../contract/index.ts'
import { AppError, type ErrorCode, type ErrorDetails, isRetryable } from '../errors.ts'
import { languageOf } from './language.ts'

/** Every answer that is not a success leaves through here, as RFC 9457 problem details. */
async function plugin(app: FastifyInstance, { exposeStack }: { exposeStack: boolean }): Promise<void> {
  app.setErrorHandler<FastifyError>((err, request, reply) => {
    const known = err instanceof AppError ? err : fromFastify(err, request)
    if (known !== null) return sendProblem(reply, request, known)
    const logId = `log_${randomUUID()}`
    request.log.error({ err, log_id: logId }, 'a request met a bug')
    const details: ErrorDetails = { log_id: logId, ...(exposeStack && { stack_trace: err.stack }) }
    return sendProblem(reply, request, new AppError('INTERNAL', details))
  })
  app.setNotFoundHandler((request, reply) => {
    return sendProblem(reply, request, new AppError('NOT_FOUND', { path: request.url.split('?', 1)[0] }))
  })
}

export const errorHandler = fp(plugin, { name: 'error-handler', fastify: '5.x' })

/** What the router refuses before there is a route: paths that cannot be decoded, parameters without end. */
export function sendRouterProblem(err: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.raw.url?.split('?', 1)[0]
  const isTooLong = err.code === 'FST_ERR_MAX_PARAM_LENGTH'
  sendProblem(
    reply,
    request,
    isTooLong ? new AppError('NOT_FOUND', { path }) : new AppError('INVALID_REQUEST', { problem: err.message }),
  )
}

function sendProblem(reply: FastifyReply, request: FastifyRequest, err: AppError): FastifyReply {
  const retryAfter = err.details.retry_after
  if (retryAfter !== undefined) reply.header('retry-after', String(retryAfter))
  // An upload that was refused half-way is not read to its end.
  if (!request.raw.complete) reply.header('connection', 'close')
  return reply
    .code(err.status)
    .removeHeader('content-disposition') // It may have been going to be a file.
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('content-language', languageOf(request))
    .serializer(JSON.stringify)
    .send(problemOf(err, languageOf(request)))
}

export function problemOf(err: AppError, language: Language): Problem {
  const { problem: _problem, problem_zh: _problemZh, ...details } = err.details
  return {
    ...details,
    type: `/docs/errors#${err.code}`,
    title: err.code,
    status: err.status,
    detail: err.messageIn(language),
    detail_en: err.messageIn('en'),
    code: err.code,
    ...(err.fields.length > 0 && { errors: err.fields }),
    retry_available: isRetryable(err.code),
  }
}

const codesOfFastify: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'UPLOAD_TOO_LARGE',
  FST_REQ_FILE_TOO_LARGE: 'UPLOAD_TOO_LARGE',
  FST_FILES_LIMIT: 'TOO_MANY_FILES',
}

/** Errors of Fastify and its plugins that are the caller's; null for what is a bug. */
function fromFastify(err: FastifyError, request: FastifyRequest): AppError | null {
  if (err.validation !== undefined) {
    const fields = fieldProblems(err.validation as unknown as SchemaError[], rootOf(err.validationContext))
    return new AppError('INVALID_REQUEST', {}, { fields })
  }
  if (err.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const [type = 'application/json'] = request.routeOptions.schema?.consumes ?? []
    const field = { field: 'Content-Type', expected: `must be ${type}`, expected_zh: `应为 ${type}` }
    return new AppError('INVALID_REQUEST', {}, { fields: [field] })
  }
  const status = err.statusCode ?? 500
  if (status >= 500) return null
  return new AppError(codesOfFastify[err.code] ?? 'INVALID_REQUEST', { problem: err.message })
}

/** Query and path parameters are named as the client wrote them; a body's fields too. */
function rootOf(context: string | undefined): string {
  return context === 'headers' ? 'headers' : ''
}
