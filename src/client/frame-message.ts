/** A frame's place in its session. */
export interface FrameMark {
  frameId: number
  /** Milliseconds since 1970. */
  capturedAt: number
}

const HEADER = 'HZF1'
const HEADER_BYTES = 20

/** A binary message as docs/REALTIME.md has it. */
export function frameMessage(session: number, { frameId, capturedAt }: FrameMark, picture: Uint8Array): Uint8Array {
  const message = new Uint8Array(HEADER_BYTES + picture.length)
  const header = new DataView(message.buffer, 0, HEADER_BYTES)
  for (let at = 0; at < HEADER.length; at++) header.setUint8(at, HEADER.charCodeAt(at))
  header.setUint32(4, session)
  header.setUint32(8, frameId)
  header.setFloat64(12, capturedAt)
  message.set(picture, HEADER_BYTES)
  return message
}

export async function bytesOf(picture: Blob | Uint8Array | ArrayBuffer): Promise<Uint8Array> {
  if (picture instanceof Uint8Array) return picture
  return new Uint8Array(picture instanceof ArrayBuffer ? picture : await picture.arrayBuffer())
}
