import { WebSocket } from 'ws'
import { type HzClientOptions, HzClient as PageClient } from './hz-client.ts'

export * from './index.ts'

/** As in a browser, over sockets of the package ws: Node 20 has none of its own. */
export class HzClient extends PageClient {
  constructor(options: HzClientOptions) {
    super({ openSocket: openNodeSocket, ...options })
  }
}

/** The token goes in a header: addresses end up in logs. */
function openNodeSocket(url: string, token: string | null): WebSocket {
  return new WebSocket(url, token === null ? {} : { headers: { authorization: `Bearer ${token}` } })
}
