import { createHash, randomBytes } from 'node:crypto'

interface Request {
  method: string
  /** Path and query. */
  path: string
}

/**
 * The Authorization header that answers a challenge: Basic (RFC 7617) or Digest (RFC 7616: MD5 and SHA-256, qop auth or
 * none). Null where neither is asked for.
 * @param credentials `user:password`, percent-encoded
 */
export function authorizationFor(challenge: string, credentials: string, request: Request): string | null {
  const [user, password] = decoded(credentials)
  const [, digest] = /(?:^|,\s*)digest\s+(.*)$/i.exec(challenge) ?? []
  if (digest !== undefined) return digestOf(parametersOf(digest), user, password, request)
  if (!/(?:^|,\s*)basic\b/i.test(challenge)) return null
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function decoded(credentials: string): [string, string] {
  const at = credentials.indexOf(':')
  return [decode(credentials.slice(0, at)), decode(credentials.slice(at + 1))]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function parametersOf(text: string): Map<string, string> {
  const pairs = [...text.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)]
  return new Map(pairs.map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']))
}

function digestOf(asked: Map<string, string>, user: string, password: string, { method, path }: Request) {
  const algorithm = asked.get('algorithm') ?? 'MD5'
  const name = { MD5: 'md5', 'SHA-256': 'sha256' }[algorithm.toUpperCase()]
  if (name === undefined) return null
  const hash = (text: string) => createHash(name).update(text).digest('hex')
  const [realm, nonce] = [asked.get('realm') ?? '', asked.get('nonce') ?? '']
  const qop = asked
    .get('qop')
    ?.split(',')
    .some((value) => value.trim() === 'auth')
    ? 'auth'
    : null
  const cnonce = randomBytes(8).toString('hex')
  const [secret, what] = [hash(`${user}:${realm}:${password}`), hash(`${method}:${path}`)]
  const proof = qop === null ? `${secret}:${nonce}:${what}` : `${secret}:${nonce}:00000001:${cnonce}:auth:${what}`
  const quote = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`
  const fields = [
    `username=${quote(user)}, realm="${realm}", nonce="${nonce}", uri=${quote(path)}, response="${hash(proof)}"`,
    `algorithm=${algorithm}`,
    ...(asked.has('opaque') ? [`opaque="${asked.get('opaque')}"`] : []),
    ...(qop === null ? [] : [`qop=auth, nc=00000001, cnonce="${cnonce}"`]),
  ]
  return `Digest ${fields.join(', ')}`
}
