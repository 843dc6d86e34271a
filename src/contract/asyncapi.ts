import { type TSchema, Type } from 'typebox'
import { FRAME_HEADER, FRAME_HEADER_BYTES, MAX_FRAME_BYTES } from './realtime.ts'
import { closeCodes, commands, ServerMessage, UserMessage } from './socket.ts'

/** The socket protocol as AsyncAPI 3, from the schemas that messages are checked with. */
export function asyncApi(version: string) {
  const sent = messagesOf(ServerMessage)
  const received = [['user_message', UserMessage] as const]
  const binary = [['camera_frame', cameraFrame] as const]
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
          [...received, ...binary, ...sent].map(([name]) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
        bindings: { ws: { query: handshakeQuery } },
      },
    },
    operations: {
      command: { action: 'receive', channel: { $ref: '#/channels/detection' }, messages: refs(received) },
      frame: { action: 'receive', channel: { $ref: '#/channels/detection' }, messages: refs(binary) },
      event: { action: 'send', channel: { $ref: '#/channels/detection' }, messages: refs(sent) },
    },
    components: {
      messages: Object.fromEntries([
        ...[...received, ...sent].map(([name, payload]) => [name, { name, payload }]),
        ...binary.map(([name, payload]) => [name, { name, contentType: 'application/octet-stream', payload }]),
      ]),
      schemas: Object.fromEntries(payloads),
    },
  }
}

const cameraFrame = Type.String({
  format: 'binary',
  description: `A binary message of a camera session: a header of ${FRAME_HEADER_BYTES} bytes, big-endian (0-3 "${FRAME_HEADER}"; 4-7 the session, unsigned; 8-11 the frame, unsigned; 12-19 when it was taken, in milliseconds since 1970, float64), then a JPEG or WebP of at most ${MAX_FRAME_BYTES} bytes`,
})

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
