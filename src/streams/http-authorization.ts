import { createHash, randomBytes } from 'node:crypto'

interface Request {
  method: string
  /** Path and query. */
  path: string
}

interface Challenge {
  /** In lower case, as the names of its parameters. */
  scheme: string
  parameters: Map<string, string>
}

/** A scheme, or a parameter with its value. */
const PART = /([^\s,="]+)(?:(\s*=)\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g
/** By their names in challenges; an algorithm that is not named is MD5. */
const HASHES: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256' }

/**
 * The Authorization header that answers one of the challenges: the first Digest (RFC 7616: MD5 and SHA-256, qop auth or
 * none), else Basic (RFC 7617). Null where neither is asked for.
 * @param header of all challenges
 * @param credentials `user:password`, percent-encoded
 */
export function authorizationFor(header: string, credentials: string, request: Request): string | null {
  const [user, password] = decoded(credentials)
  const challenges = challengesIn(header)
  const digest = challenges.find(({ scheme, parameters }) => scheme === 'digest' && hashOf(parameters) !== undefined)
  if (digest !== undefined) return digestOf(digest.parameters, user, password, request)
  if (!challenges.some(({ scheme }) => scheme === 'basic')) return null
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

/** RFC 9110, 11.6.1: commas stand between challenges as well as between parameters; a name without = begins a challenge. */
function challengesIn(header: string): Challenge[] {
  const challenges: Challenge[] = []
  for (const [, name = '', equals, quoted, bare] of header.matchAll(PART)) {
    if (equals === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() })
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted ?? bare ?? '')
  }
  return challenges
}

function hashOf(parameters: Challenge['parameters']): string | undefined {
  return HASHES[(parameters.get('algorithm') ?? 'MD5').toUpperCase()]
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

function digestOf(asked: Map<string, string>, user: string, password: string, { method, path }: Request) {
  const algorithm = asked.get('algorithm') ?? 'MD5'
  const hash = (text: string) =>
    createHash(hashOf(asked) as string)
      .update(text)
      .digest('hex')
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
