import { kindOf, type Language, type SocketLimits, streamsFollowed } from '../contract/index.ts'
import { decodeCursor, type Positions } from '../events/cursor.ts'
import type { EventLog } from '../events/event-log.ts'
import type { NotificationService } from '../notifications/notification-service.ts'
import type { TaskService } from '../tasks/task-service.ts'
import { wireUserId } from '../users/principal.ts'
import { OutgoingEvent, passingMessage } from './outgoing.ts'
import type { Session } from './session.ts'

/** What a client asked for when it connected. */
export interface Hello {
  language: Language
  scope: 'own' | 'all'
  /** The cursor of the last message that it has seen. */
  resume: string | null
}

export interface GreetingDeps {
  events: EventLog
  tasks: TaskService
  notifications: NotificationService
  limits: SocketLimits
}

const FEATURES = [
  'detection_progress',
  'real_time_notification',
  'file_upload_progress',
  'resume',
  'idempotent_requests',
  'queue_position',
  'realtime',
]

/** Opens a session: the greeting first, then what was missed or is in force, then live. */
export async function greet(session: Session, { language, scope, resume }: Hello, deps: GreetingDeps): Promise<void> {
  const { events, limits } = deps
  const { userId, role } = session.principal
  const followed = streamsFollowed(userId, role, scope)
  const heads = await events.heads(followed)
  const kept = await resumable(resume, heads, events)
  session.follow(kept ?? heads)
  const greeting = {
    connection_id: session.id,
    user_id: wireUserId(userId),
    server_time: new Date().toISOString(),
    supported_features: FEATURES,
    protocol_version: '1.0',
    language,
    cursor: session.cursor,
    positions: Object.fromEntries(Array.from(kept ?? heads, ([stream, seq]) => [kindOf(stream), seq])),
    recovered: kept !== null,
    limits,
  }
  session.send(passingMessage('connection_established', greeting, userId))
  if (kept === null) await sendSnapshot(session, followed, resume !== null, deps)
  await session.open()
}

/** @returns from where to replay; null where there is no cursor or the log no longer holds all that followed it. */
async function resumable(resume: string | null, heads: Positions, events: EventLog): Promise<Positions | null> {
  const cursor = resume === null ? null : decodeCursor(resume)
  if (cursor === null) return null
  const positions = new Map<string, number>()
  for (const [stream, head] of heads) {
    const seq = cursor.get(stream)
    if (seq === undefined || !(await events.holdsAll(stream, seq, head))) return null
    positions.set(stream, seq)
  }
  return positions
}

/** Notices in force; and for a client that has lost the thread, its running tasks. */
async function sendSnapshot(session: Session, followed: string[], isLost: boolean, deps: GreetingDeps): Promise<void> {
  const { events, notifications, tasks } = deps
  const { userId } = session.principal
  if (isLost) {
    const unfinished = await tasks.unfinished(userId, session.language)
    session.send(passingMessage('snapshot', { tasks: unfinished }, userId))
  }
  const ids = await notifications.unexpiredFor(followed)
  for (const event of await events.ofNotifications(ids, followed)) {
    if (event.seq <= (session.positionIn(event.stream) ?? 0)) session.sendSnapshotOf(new OutgoingEvent(event))
  }
}
