import { isIP } from 'node:net'
import { AppError } from '../errors.ts'

/** The address of a camera, taken apart. */
export interface StreamUrl {
  scheme: 'rtsp' | 'rtsps' | 'http' | 'https'
  /** As names are looked up; IPv6 without brackets. */
  host: string
  port: number
  /** With its query; never empty. */
  path: string
  /** `user:password`, percent-encoded as it was; null without. */
  credentials: string | null
}

const DEFAULT_PORTS = { rtsp: 554, rtsps: 322, http: 80, https: 443 }
/** Of a query: names of what may be a secret. */
const SECRET = /([?&;][^=&;]*(?:pass|pwd|token|key|secret|auth|sign|user|usr|login|session)[^=&;]*=)[^&;]*/gi

/** @throws CAMERA_URL_REFUSED saying why */
export function parseStreamUrl(text: string): StreamUrl {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? []
  const known = scheme.toLowerCase() as StreamUrl['scheme']
  if (!Object.hasOwn(DEFAULT_PORTS, known)) {
    throw refused(
      `it must begin with rtsp://, rtsps://, http:// or https://`,
      '应以 rtsp://、rtsps://、http:// 或 https:// 开头',
    )
  }
  if (/[\x00-\x20\x7f\\]/.test(text)) throw refused('it holds spaces or control characters', '含有空格或控制字符')
  // As http, so that odd spellings of an address become what they mean: 0x7f.1 is 127.0.0.1.
  const rest = text.slice(scheme.length)
  const [asHttp, asGiven] = [parse(`http${rest}`), parse(`other${rest}`)]
  const { username, password, hostname, pathname, search } = asHttp
  const host = hostname.replace(/^\[|\]$/g, '')
  if (host === '') throw refused('it names no host', '没有主机名')
  if (asGiven.port === '0') throw refused('its port is 0', '端口为 0')
  return {
    scheme: known,
    host,
    port: asGiven.port === '' ? DEFAULT_PORTS[known] : Number(asGiven.port),
    path: pathname + search,
    credentials: username === '' && password === '' ? null : `${username}:${password}`,
  }
}

/** What is kept and connected to: without credentials. */
export function plainUrl({ scheme, host, port, path }: StreamUrl): string {
  const shown = isIP(host) === 6 ? `[${host}]` : host
  return `${scheme}://${shown}${port === DEFAULT_PORTS[scheme] ? '' : `:${port}`}${path}`
}

/** What may be shown: of a plain URL, without what its query may hold in secrets. */
export function shownUrl(plain: string): string {
  return plain.replace(SECRET, '$1***')
}

/** Text without whatever may be a secret of a URL in it: for logs. */
export function withoutSecrets(text: string): string {
  return shownUrl(text.replace(/(\/\/)[^@/\s]*@/g, '$1***@'))
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch {
    throw refused('it is no URL', '不是有效的 URL')
  }
}

function refused(reason: string, reason_zh: string): AppError {
  return new AppError('CAMERA_URL_REFUSED', { reason, reason_zh })
}
