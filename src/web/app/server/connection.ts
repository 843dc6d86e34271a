import { useSyncExternalStore } from 'react'
import type { SocketState } from '../../../client/index.ts'
import { client } from './client.ts'

export type Connection = SocketState

/** How the page is connected to the server, as it changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribe, () => client.socket.state)
}

/** At once, whatever was planned. */
export function reconnect(): void {
  client.socket.connect()
}

function subscribe(listener: () => void): () => void {
  return client.socket.on('state', listener)
}
