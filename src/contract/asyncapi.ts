import type { TSchema } from 'typebox'
import { closeCodes, commands, ServerMessage, UserMessage } from './socket.ts'

/** The socket protocol as AsyncAPI 3, from the schemas that messages are checked with. */
export function asyncApi(version: string) {
  const sent = messagesOf(ServerMessage)
  const received = [['user_message', UserMessage] as const]
  const payloads = Object.entries(commands).map(([name, schema]) => [`payload_${name}`, schema] as const)
  const refs = (entries: ReadonlyArray<readonly [string, TSchema]>) =>
    entries.map(([name]) => ({ $ref: `#/channels/detection/messages/${name}` }))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'hzsystem',
      version,
      description: `Close codes: ${Object.entries(closeCodes)
        .map(([name, code]) => `${code} ${name}`)
        .join(', ')}. 4000-4099 stop, 4100-4199 back off and reconnect, 4200-4299 reconnect at once.`,
    },
    channels: {
      detection: {
        address: '/ws/detection/',
        messages: Object.fromEntries(
          [...received, ...sent].map(([name]) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { query: handshakeQuery } },
      },
    },
    operations: {
      command: { action: 'receive', channel: { $ref: '#/channels/detection' }, messages: refs(received) },
      event: { action: 'send', channel: { $ref: '#/channels/detection' }, messages: refs(sent) },
    },
    components: {
      messages: Object.fromEntries([...received, ...sent].map(([name, payload]) => [name, { name, payload }])),
      schemas: Object.fromEntries(payloads),
    },
  }
}

const handshakeQuery = {
  type: 'object',
  properties: {
    token: { type: 'string', description: 'An access or personal token' },
    user_id: { type: 'integer' },
    lang: { enum: ['zh-CN', 'en'], default: 'zh-CN' },
    resume: { type: 'string', description: 'cursor of the last message seen' },
    scope: { enum: ['own', 'all'], default: 'own', description: 'all: for analysts and administrators' },
  },
}

function messagesOf(schema: TSchema): Array<[string, TSchema]> {
  if ('anyOf' in schema) return (schema.anyOf as TSchema[]).flatMap(messagesOf)
  const { type } = (schema as unknown as { properties: { type: { const: string } } }).properties
  return [[type.const, schema]]
}
