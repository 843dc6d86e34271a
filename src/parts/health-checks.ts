import type { Analyzer } from '../analysis/analyzer.ts'
import type { Db } from '../db/index.ts'
import type { HealthChecks } from '../http/health-routes.ts'
import type { ModelService } from '../models/model-service.ts'
import type { JobQueue } from '../queue/job-queue.ts'

interface Checked {
  db: Db
  queue: JobQueue
  analyzer: Analyzer
  models: ModelService
  queueLimit: number
}

/** What must hold for the server to be ready for work. */
export function healthChecksOf({ db, queue, analyzer, models, queueLimit }: Checked): HealthChecks {
  return {
    database: async () => (await db.user.count({ take: 1 })) >= 0,
    detector: () => analyzer.alive > 0,
    queue: () => queue.waiting < queueLimit,
    warnings: () => (models.isFallback ? ['model_fallback'] : []),
  }
}
