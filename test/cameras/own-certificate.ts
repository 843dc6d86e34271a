import { generateKeyPairSync, sign } from 'node:crypto'

const [INTEGER, BITS, OCTETS, OID, UTF8, TIME, SEQUENCE, SET] = [2, 3, 4, 6, 12, 23, 0x30, 0x31]
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]
const COMMON_NAME = [0x55, 4, 3]
const ALTERNATIVE_NAME = [0x55, 0x1d, 0x11]
const DAY_MS = 86_400_000

/** A certificate that a camera on 127.0.0.1 has made for itself (X.509 v3, RFC 5280), with its key. */
export function ownCertificate(): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(SEQUENCE, der(OID, ECDSA_SHA256))
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8, Buffer.from('camera')))))
  const validity = der(SEQUENCE, der(TIME, timeAt(-DAY_MS)), der(TIME, timeAt(DAY_MS)))
  const address = der(SEQUENCE, der(0x87, [127, 0, 0, 1]))
  const extension = der(SEQUENCE, der(OID, ALTERNATIVE_NAME), der(OCTETS, address))
  const content = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, [2])),
    ...[der(INTEGER, [1]), algorithm, name, validity, name, publicKey.export({ type: 'spki', format: 'der' })],
    der(0xa3, der(SEQUENCE, extension)),
  )
  const signature = der(BITS, [0], sign('sha256', content, privateKey))
  const body = der(SEQUENCE, content, algorithm, signature).toString('base64')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

function der(tag: number, ...parts: Array<Uint8Array | number[]>): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)))
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function timeAt(offsetMs: number): Buffer {
  const [digits] = new Date(Date.now() + offsetMs).toISOString().replace(/[-:T]/g, '').slice(2).split('.')
  return Buffer.from(`${digits}Z`)
}
