import { createBrowserRouter, type RouteObject } from 'react-router'
import { DetectPage } from './detect/detect-page.tsx'
import { CrashPage } from './frame/crash-page.tsx'
import { Frame } from './frame/frame.tsx'
import { Loading } from './frame/loading.tsx'
import { MissingPage } from './frame/missing-page.tsx'

/** Detect comes with the first load; every other page brings its own code. */
const pages: RouteObject[] = [
  { index: true, Component: DetectPage },
  { path: 'live', lazy: async () => ({ Component: (await import('./live/live-page.tsx')).LivePage }) },
  {
    path: 'live/cameras',
    lazy: async () => ({ Component: (await import('./live/network-cameras-page.tsx')).NetworkCamerasPage }),
  },
  { path: 'records', lazy: async () => ({ Component: (await import('./records/records-page.tsx')).RecordsPage }) },
  { path: 'records/:id', lazy: async () => ({ Component: (await import('./records/record-page.tsx')).RecordPage }) },
  { path: 'review', lazy: async () => ({ Component: (await import('./review/queue-page.tsx')).QueuePage }) },
  { path: 'review/:id', lazy: async () => ({ Component: (await import('./review/review-page.tsx')).ReviewPage }) },
  {
    path: 'statistics',
    lazy: async () => ({ Component: (await import('./statistics/statistics-page.tsx')).StatisticsPage }),
  },
  { path: 'notices', lazy: async () => ({ Component: (await import('./notices/notices-page.tsx')).NoticesPage }) },
  {
    path: 'administration/:section?',
    lazy: async () => ({ Component: (await import('./administration/administration-page.tsx')).AdministrationPage }),
  },
  { path: 'account', lazy: async () => ({ Component: (await import('./account/account-page.tsx')).AccountPage }) },
]

export const router = createBrowserRouter([
  {
    Component: Frame,
    HydrateFallback: Loading,
    children: [{ ErrorBoundary: CrashPage, children: [...pages, { path: '*', Component: MissingPage }] }],
  },
])
