import type { ModelChanged } from './model.ts'
import type { Audience, NotificationMessage } from './notification.ts'
import type { RecordsRemoved } from './record.ts'
import type { ReviewChanged } from './review.ts'
import type {
  DetectionComplete,
  DetectionError,
  DetectionProgress,
  DetectionStart,
  NotificationWithdrawn,
  StreamKind,
} from './socket.ts'
import type { FileUploadProgress } from './upload.ts'
import type { Role } from './user.ts'

/** What the domain says happened, before the log gives it a place in its streams. */
export type EventDraft =
  | { type: 'detection_start'; userId: number; taskId: string; data: DetectionStart }
  | { type: 'detection_complete'; userId: number; taskId: string; data: DetectionComplete }
  | { type: 'detection_error'; userId: number; taskId: string; data: DetectionError }
  | { type: 'system_notification'; audience: Audience; notificationId: string; data: NotificationMessage }
  | { type: 'notification_withdrawn'; audience: Audience; notificationId: string; data: NotificationWithdrawn }
  | { type: 'review_changed'; userId: number; data: ReviewChanged }
  | { type: 'records_removed'; userId: number; data: RecordsRemoved }
  | { type: 'model_changed'; data: ModelChanged }

/** A kept event at its place in one stream. `userId` is whom it concerns, null for nobody in particular. */
export interface StreamEvent {
  stream: string
  seq: number
  eventId: string
  type: EventDraft['type']
  at: string
  userId: number | null
  taskId: string | null
  data: EventDraft['data']
}

/** What may be lost: only the newest of one `key` counts. Text in every language, as sockets differ. */
export type PassingEvent =
  | {
      type: 'detection_progress'
      userId: number
      key: string
      data: Record<'zh-CN' | 'en', DetectionProgress>
      /** The connection that is told more, by somebody else. */
      exceptSession?: string | null
    }
  | { type: 'file_upload_progress'; userId: number; key: string; data: FileUploadProgress }

/** Streams by name. A socket follows several. */
export const streams = {
  user: (userId: number) => `user:${userId}`,
  /** A user's notices alone: with `all`, which has the task events, they make what a watcher of everybody hears. */
  inbox: (userId: number) => `inbox:${userId}`,
  role: (role: string) => `role:${role}`,
  everyone: 'everyone',
  all: 'all',
}

export function kindOf(stream: string): StreamKind {
  return stream.split(':', 1)[0] as StreamKind
}

/** Who may hear an event: the one place that decides it, as data, where the event is made. */
export function streamsOf(draft: EventDraft): string[] {
  if ('audience' in draft) return streamsOfAudience(draft.audience)
  if (draft.type === 'model_changed') return [streams.everyone]
  return [streams.user(draft.userId), streams.all]
}

function streamsOfAudience(audience: Audience): string[] {
  switch (audience.kind) {
    case 'all':
      return [streams.everyone]
    case 'role':
      return [streams.role(audience.role)]
    case 'user':
      return [streams.user(audience.user_id), streams.inbox(audience.user_id)]
  }
}

/** What a socket follows. No event is in two of them, so that every message comes once. */
export function streamsFollowed(userId: number, role: Role, scope: 'own' | 'all'): string[] {
  const own = scope === 'all' ? [streams.all, streams.inbox(userId)] : [streams.user(userId)]
  return [...own, streams.role(role), streams.everyone]
}
