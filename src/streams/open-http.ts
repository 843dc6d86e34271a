import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import type { Readable } from 'node:stream'
import { AppError } from '../errors.ts'
import { authorizationFor } from './http-authorization.ts'
import type { AddressGuard, CheckedAddress } from './stream-address.ts'
import { parseStreamUrl, plainUrl, type StreamUrl } from './stream-url.ts'
import { unreachable, unreachableBecause } from './unreachable.ts'

export interface HttpStream {
  contentType: string
  body: Readable
}

const MAX_REDIRECTS = 3
const CONNECT_MS = 10_000

/**
 * Opens a stream over HTTP. The connection goes to an address that was checked, and so does each redirect's, which we follow
 * ourselves: what a name means cannot change in between.
 * @throws CAMERA_URL_REFUSED, CAMERA_UNREACHABLE, CAMERA_CREDENTIALS_REFUSED
 */
export async function openHttpStream(first: StreamUrl, guard: AddressGuard): Promise<HttpStream> {
  let url = first
  for (let redirects = 0; ; redirects++) {
    const response = await answerOf(url, guard)
    const { statusCode: status = 0, headers } = response
    if (status >= 200 && status < 300) return { contentType: headers['content-type'] ?? '', body: response }
    response.destroy()
    if (status === 401) throw new AppError('CAMERA_CREDENTIALS_REFUSED')
    const { location } = headers
    if (status < 300 || status >= 400 || location === undefined) {
      throw unreachable(`it answers with status ${status}`, `返回状态码 ${status}`)
    }
    if (redirects === MAX_REDIRECTS) throw unreachable('it redirects too often', '重定向次数过多')
    url = redirected(url, location)
  }
}

/** What is secret goes to the place that it was given for, and to no other. */
function redirected(from: StreamUrl, location: string): StreamUrl {
  const to = parseStreamUrl(URL.canParse(location, plainUrl(from)) ? new URL(location, plainUrl(from)).href : location)
  if (to.scheme !== 'http' && to.scheme !== 'https') {
    const reason = `it redirects to ${to.scheme}`
    throw new AppError('CAMERA_URL_REFUSED', { reason, reason_zh: `被重定向到 ${to.scheme}` })
  }
  const isSamePlace = to.scheme === from.scheme && to.host === from.host && to.port === from.port
  return { ...to, credentials: isSamePlace ? from.credentials : null }
}

/** Asks, and asks again with credentials where they are wanted. */
async function answerOf(url: StreamUrl, guard: AddressGuard): Promise<IncomingMessage> {
  const addresses = await guard.resolve(url.host)
  const response = await ask(url, addresses, null)
  const { statusCode, headers } = response
  if (statusCode !== 401 || url.credentials === null) return response
  const request = { method: 'GET', path: url.path }
  const authorization = authorizationFor(headers['www-authenticate'] ?? '', url.credentials, request)
  if (authorization === null) return response
  response.destroy()
  return ask(url, addresses, authorization)
}

function ask(url: StreamUrl, addresses: CheckedAddress[], authorization: string | null): Promise<IncomingMessage> {
  const { scheme, host, port, path } = url
  const [pinned] = addresses
  if (pinned === undefined) throw unreachable('it has no address', '没有地址')
  const options: RequestOptions & { servername?: string } = {
    ...{ host, port, path, agent: false, family: pinned.family },
    // Whatever the name may mean by now.
    lookup: (_name, { all }, done) => {
      if (all === true) done(null, [pinned])
      else done(null, pinned.address, pinned.family)
    },
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'hzsystem',
      ...(authorization !== null && { authorization }),
    },
    ...(isIP(host) === 0 && { servername: host }),
  }
  return new Promise((resolve, reject) => {
    const asking = (scheme === 'https' ? requestHttps : requestHttp)(options, resolve)
    asking.setTimeout(CONNECT_MS, () => asking.destroy(unreachable('it does not answer', '没有应答')))
    asking.once('response', () => asking.setTimeout(0))
    asking.once('error', (cause) => reject(cause instanceof AppError ? cause : unreachableBecause(cause)))
    asking.end()
  })
}
