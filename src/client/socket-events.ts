import type { ConnectionEstablished, ServerMessage } from '../contract/index.ts'

/**
 * How things stand with the connection.
 * - `idle`: `connect` has not been called, or `close` has.
 * - `waiting`, `offline` (the network is away): connects by itself at `untilMs`, or sooner when there is hope.
 * - `stopped`: the server has refused; only `connect` begins anew. `code` is the close code, `reason` says why.
 */
export type SocketState =
  | { kind: 'idle' | 'connecting' | 'connected' }
  | { kind: 'waiting' | 'offline'; untilMs: number }
  | { kind: 'stopped'; code: number; reason: string }

/** What happened before this moment may be unknown: what is shown has to be asked for (again). */
export interface Reset {
  /** No place was known to go on from, as at the very first connection. */
  isFirst: boolean
  greeting: ConnectionEstablished
}

/** Every message of the server under its type, `message` for each of them, and what the connection itself tells. */
export type SocketEvents = {
  [T in ServerMessage['type']]: Extract<ServerMessage, { type: T }>
} & { message: ServerMessage; state: SocketState; reset: Reset }
