import { QueryClient } from '@tanstack/react-query'
import { HzError } from '../../../client/index.ts'
import { client } from './client.ts'

const MOST_RETRIES = 2
/** However much happens, lists are asked for anew this often at most. */
const REFRESH_INTERVAL_MS = 1500
/** Figures over everything cost the server most. */
const FIGURES_INTERVAL_MS = 15_000

/** What the server has said, kept until it changes. */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      retry: (failures, error) => failures < MOST_RETRIES && (!(error instanceof HzError) || error.canRetry),
    },
    mutations: { retry: false },
  },
})

/** First parts of the keys that queries are kept under: what an event makes stale is told by them. */
export const topics = {
  records: 'records',
  reviews: 'reviews',
  statistics: 'statistics',
  tasks: 'tasks',
  notices: 'notices',
  models: 'models',
  users: 'users',
  tokens: 'tokens',
  retention: 'retention',
  cameras: 'cameras',
  system: 'system',
} as const
export type Topic = (typeof topics)[keyof typeof topics]

const due = new Set<Topic>()

/** Events come in bursts: fifty photos that end one after the other make a list stale once. */
export function refresh(...changed: Topic[]): void {
  for (const topic of changed) {
    if (due.has(topic)) continue
    due.add(topic)
    setTimeout(
      () => {
        due.delete(topic)
        void queries.invalidateQueries({ queryKey: [topic] })
      },
      topic === topics.statistics ? FIGURES_INTERVAL_MS : REFRESH_INTERVAL_MS,
    )
  }
}

const { socket } = client
socket.on('detection_start', () => refresh(topics.tasks))
socket.on('detection_complete', () => refresh(topics.records, topics.reviews, topics.statistics, topics.tasks))
socket.on('detection_error', () => refresh(topics.tasks, topics.statistics))
socket.on('review_changed', () => refresh(topics.records, topics.reviews, topics.statistics))
socket.on('camera_record', () => refresh(topics.records, topics.reviews, topics.statistics))
socket.on('records_removed', () => refresh(topics.records, topics.reviews, topics.statistics))
socket.on('system_notification', () => refresh(topics.notices))
socket.on('notification_withdrawn', () => refresh(topics.notices))
socket.on('model_changed', () => refresh(topics.models))
// Something was missed that the server no longer tells: everything may have changed.
socket.on('reset', () => void queries.invalidateQueries())
