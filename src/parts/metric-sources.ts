import type { Analyzer } from '../analysis/analyzer.ts'
import type { CameraService } from '../cameras/camera-service.ts'
import type { Db } from '../db/index.ts'
import type { JobQueue } from '../queue/job-queue.ts'
import type { SocketServer } from '../realtime/socket-server.ts'
import { version } from '../version.ts'

/** What the metrics read when somebody asks for them. */
export function metricSourcesOf(
  db: Db,
  queue: JobQueue,
  sockets: SocketServer,
  analyzer: Analyzer,
  cameras: CameraService,
) {
  let counted: { atMs: number; counts: Promise<Array<{ status: string; count: number }>> } | null = null
  const count = async () => {
    const groups = await db.task.groupBy({ by: ['status'], _count: true })
    return groups.map(({ status, _count }) => ({ status, count: _count }))
  }
  return {
    // Anyone may ask as often as they like; the table is looked through every ten seconds at most.
    tasksByStatus: () => {
      if (counted === null || Date.now() - counted.atMs > 10_000) counted = { atMs: Date.now(), counts: count() }
      return counted.counts
    },
    queueDepth: () => queue.waiting,
    sockets: () => sockets.size,
    detectorsAlive: () => analyzer.alive,
    detectorRestarts: () => analyzer.restarts,
    model: () => analyzer.model,
    cameras: () => cameras.counts,
    version,
  }
}
