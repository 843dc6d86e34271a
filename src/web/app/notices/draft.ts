import type { Audience, NewNotification, Notification, Role } from '../../../contract/index.ts'

export const LEVELS = ['info', 'success', 'warning', 'error'] as const
export const CATEGORIES = ['general', 'maintenance', 'update', 'security'] as const
export const ROLES: readonly Role[] = ['user', 'analyst', 'administrator']

/** A notice as its form has it; times as the browser's fields do, by its clock, '' where there is none. */
export interface Draft {
  title: string
  message: string
  level: Notification['level']
  category: Notification['category']
  audienceKind: Audience['kind']
  role: Role
  userId: number | null
  startsAt: string
  expiresAt: string
  actionUrl: string
  actionRequired: boolean
}

export const emptyDraft: Draft = {
  title: '',
  message: '',
  level: 'info',
  category: 'general',
  audienceKind: 'all',
  role: 'user',
  userId: null,
  startsAt: '',
  expiresAt: '',
  actionUrl: '',
  actionRequired: false,
}

export function notificationOf(draft: Draft): NewNotification {
  const { title, message, level, category, actionRequired, actionUrl, startsAt, expiresAt } = draft
  return {
    ...{ title: title.trim(), message: message.trim(), level, category, action_required: actionRequired },
    audience: audienceOf(draft),
    ...(actionUrl.trim() !== '' && { action_url: actionUrl.trim() }),
    ...(startsAt !== '' && { starts_at: new Date(startsAt).toISOString() }),
    ...(expiresAt !== '' && { expires_at: new Date(expiresAt).toISOString() }),
  }
}

/** The same again, save its times, which are over. */
export function draftOf({ title, message, level, category, audience, ...rest }: Notification): Draft {
  return {
    ...{ ...emptyDraft, title, message, level, category, audienceKind: audience.kind },
    ...(audience.kind === 'role' && { role: audience.role }),
    ...(audience.kind === 'user' && { userId: audience.user_id }),
    actionUrl: rest.action_url ?? '',
    actionRequired: rest.action_required,
  }
}

/** The form's name of what the server calls a field; null: it is none of the form's. */
export function fieldOf(field: string): keyof Draft | null {
  return fields[field.replace(/^body\./, '')] ?? null
}

const fields: { [field: string]: keyof Draft } = {
  title: 'title',
  message: 'message',
  level: 'level',
  category: 'category',
  audience: 'audienceKind',
  'audience.role': 'role',
  'audience.user_id': 'userId',
  starts_at: 'startsAt',
  expires_at: 'expiresAt',
  action_url: 'actionUrl',
  action_required: 'actionRequired',
}

function audienceOf({ audienceKind, role, userId }: Draft): Audience {
  if (audienceKind === 'role') return { kind: 'role', role }
  if (audienceKind === 'user' && userId !== null) return { kind: 'user', user_id: userId }
  return { kind: 'all' }
}
