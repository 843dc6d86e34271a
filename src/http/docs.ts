import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { asyncApi } from '../contract/index.ts'
import { catalogue } from '../errors.ts'

/** /docs, /api/openapi.json and /api/asyncapi.json; registered before the routes that it describes. */
async function plugin(app: FastifyInstance, { version }: { version: string }): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'hzsystem',
        version,
        description: `Traffic-sign detection. Live events come over the WebSocket /ws/detection/ (AsyncAPI: /api/asyncapi.json). Errors are RFC 9457 problem details with one of these codes: ${Object.keys(catalogue).join(', ')}.`,
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'hz_access' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
  })
  await app.register(swaggerUi, { routePrefix: '/docs', uiConfig: { docExpansion: 'list' }, staticCSP: true })
  const config = { public: true }
  app.get('/api/openapi.json', { config, schema: { hide: true } }, async () => app.swagger())
  // Where the `type` of every problem leads.
  app.get('/docs/errors', { config, schema: { hide: true } }, async (_request, reply) => {
    return reply.type('text/html; charset=utf-8').send(errorPage)
  })
  const described = asyncApi(version)
  app.get('/api/asyncapi.json', { config, schema: { hide: true } }, async () => described)
}

export const docs = fp(plugin, { name: 'docs', fastify: '5.x' })

const rows = Object.entries(catalogue).map(([code, { status, zh, en }]) => {
  return `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${zh}</td><td lang="en">${en}</td></tr>`
})

const errorPage = `<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><title>hzsystem 错误代码 Errors</title>
<h1>错误代码 Errors</h1>
<table border="1" cellpadding="6"><tr><th>code</th><th>HTTP</th><th>中文</th><th>English</th></tr>
${rows.join('\n')}
</table></html>
`
