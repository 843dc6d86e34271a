import { useSyncExternalStore } from 'react'
import type { Credentials, Role, SetupRequest } from '../../../contract/index.ts'
import { client } from './client.ts'
import { queries } from './queries.ts'

/** `starting` until the server has said whether a sign-in is needed; `unreachable` where it could not be asked. */
export type SessionState =
  | { kind: 'starting' }
  | { kind: 'unreachable'; error: unknown }
  | { kind: 'signed-out'; hasEnded: boolean }
  | { kind: 'ready' }

export interface Me {
  /** Null: the local user of a server that asks for no sign-in. */
  userId: number | null
  /** Null for the local user. */
  name: string | null
  role: Role
  auth: 'open' | 'required'
}

let state: SessionState = { kind: 'starting' }
let me: Me = { userId: null, name: null, role: 'user', auth: 'open' }
const listeners = new Set<() => void>()

/** Of the connection that `enter` makes: with it nothing can have changed yet. */
let isFirstGreeting = true

client.session.on('ended', () => leave(true))
client.session.on('user', becomeAnother)
client.socket.on('connection_established', () => {
  if (isFirstGreeting) isFirstGreeting = false
  else void confirmRole()
})

/** Asks the server who we are; to be called once, and again where it was unreachable. */
export async function begin(): Promise<void> {
  setState({ kind: 'starting' })
  try {
    if (await client.session.begin()) enter()
    else setState({ kind: 'signed-out', hasEnded: false })
  } catch (error) {
    setState({ kind: 'unreachable', error })
  }
}

/** @throws HzError */
export async function signIn(credentials: Credentials): Promise<void> {
  await client.session.signIn(credentials)
  enter()
}

/** Makes the first administrator. @throws HzError */
export async function setUp(request: SetupRequest): Promise<void> {
  await client.session.setUp(request)
  enter()
}

export async function signOut(): Promise<void> {
  const told = client.session.signOut()
  // At once, however long the server takes.
  leave(false)
  await told
}

export function useSession(): SessionState {
  return useSyncExternalStore(subscribe, () => state)
}

/** Who is here; only below the point where a session is ready. */
export function useMe(): Me {
  return useSyncExternalStore(subscribe, () => me)
}

function enter(): void {
  me = whoIsHere()
  isFirstGreeting = true
  client.socket.connect()
  setState({ kind: 'ready' })
}

function whoIsHere(): Me {
  const { user, auth } = client.session
  return {
    userId: user?.user_id ?? null,
    name: user === null || user.user_id === null ? null : user.display_name || user.username,
    role: user?.role ?? 'user',
    auth: auth ?? 'required',
  }
}

/** Another tab has signed in as somebody else, and this one has the same cookies. */
function becomeAnother(): void {
  if (state.kind !== 'ready' || client.session.user === null) return
  queries.clear()
  enter()
}

/** A changed role ends the connection, and what this window may show depends on it. */
async function confirmRole(): Promise<void> {
  const { role } = me
  // What the server cannot be asked now, the next connection asks again.
  const isIn = await client.session.begin().catch(() => null)
  if (isIn === false) return leave(true)
  me = whoIsHere()
  if (me.role !== role) await queries.invalidateQueries()
  setState(state)
}

/** Nothing of one person is left for the next. */
function leave(hasEnded: boolean): void {
  client.socket.close()
  queries.clear()
  setState({ kind: 'signed-out', hasEnded })
}

function setState(next: SessionState): void {
  state = next
  for (const tell of listeners) tell()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
