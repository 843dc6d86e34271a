import type { FastifyRequest, FastifyServerOptions } from 'fastify'

/** JSON lines by pino. Requests are logged without their secrets: tokens in URLs, headers and cookies. */
export function loggerOptions(level: string): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    redact: ['req.headers.authorization', 'req.headers.cookie', 'res.headers["set-cookie"]'],
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        url: withoutSecrets(request.url),
        host: request.host,
        remote_address: request.ip,
      }),
    },
  }
}

export function withoutSecrets(url: string): string {
  return url.replace(/([?&](?:token|setup_token|resume)=)[^&]*/gi, '$1…')
}
