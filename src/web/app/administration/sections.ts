import { type ComponentType, lazy } from 'react'

export const sectionNames = ['health', 'users', 'tokens', 'models', 'cameras', 'tasks', 'retention'] as const
export type SectionName = (typeof sectionNames)[number]

/** Each brings its own code. */
export const sections: Readonly<Record<SectionName, ComponentType>> = {
  health: lazy(async () => ({ default: (await import('./health/health-section.tsx')).HealthSection })),
  users: lazy(async () => ({ default: (await import('./users/users-section.tsx')).UsersSection })),
  tokens: lazy(async () => ({ default: (await import('./tokens/tokens-section.tsx')).TokensSection })),
  models: lazy(async () => ({ default: (await import('./models/models-section.tsx')).ModelsSection })),
  cameras: lazy(async () => ({ default: (await import('./cameras/cameras-section.tsx')).CamerasSection })),
  tasks: lazy(async () => ({ default: (await import('./tasks/tasks-section.tsx')).TasksSection })),
  retention: lazy(async () => ({ default: (await import('./retention/retention-section.tsx')).RetentionSection })),
}

export function isSection(name: string): name is SectionName {
  return (sectionNames as readonly string[]).includes(name)
}
