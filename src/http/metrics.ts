import type { FastifyPluginAsync } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** Where the numbers are read when somebody asks for them. */
export interface MetricSources {
  tasksByStatus(): Promise<Array<{ status: string; count: number }>>
  queueDepth(): number
  sockets(): number
  detectorsAlive(): number
  detectorRestarts(): number
  version: string
  cameras(): { states: Record<string, number>; framesDropped: number; signs: number }
  model(): { name: string; version: string; precision: string }
}

/** Prometheus metrics. One registry per application, so that several can live in one process. */
export class Metrics {
  readonly registry = new Registry()
  readonly #stageSeconds: Histogram
  readonly #drops: Counter

  constructor() {
    const registers = [this.registry]
    collectDefaultMetrics({ register: this.registry, eventLoopMonitoringPrecision: 10 })
    this.#stageSeconds = new Histogram({
      name: 'hzsystem_stage_seconds',
      help: 'Seconds of each stage of a detection',
      labelNames: ['stage'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    })
    this.#drops = new Counter({
      name: 'hzsystem_progress_dropped_total',
      help: 'Progress messages that slow readers did not get',
      registers,
    })
  }

  observeStage(stage: string, seconds: number): void {
    this.#stageSeconds.observe({ stage }, seconds)
  }

  countDrop(): void {
    this.#drops.inc()
  }

  readFrom(sources: MetricSources): void {
    const registers = [this.registry]
    new Gauge({
      name: 'hzsystem_tasks',
      help: 'Tasks by state',
      labelNames: ['status'],
      registers,
      async collect() {
        this.reset()
        for (const { status, count } of await sources.tasksByStatus()) this.set({ status }, count)
      },
    })
    new Gauge({ name: 'hzsystem_info', help: 'The server; always 1', labelNames: ['version'], registers }).set(
      { version: sources.version },
      1,
    )
    new Gauge({
      name: 'hzsystem_model_info',
      help: 'The model in use; always 1',
      labelNames: ['name', 'version', 'precision'],
      registers,
      collect() {
        const { name, version, precision } = sources.model()
        this.reset()
        this.set({ name, version, precision }, 1)
      },
    })
    const gauge = (name: string, help: string, read: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    new Gauge({
      name: 'hzsystem_cameras',
      help: 'Network cameras by state',
      labelNames: ['state'],
      registers,
      collect() {
        for (const [state, count] of Object.entries(sources.cameras().states)) this.set({ state }, count)
      },
    })
    gauge(
      'hzsystem_camera_frames_dropped',
      'Pictures of network cameras that were due while the model was busy',
      () => {
        return sources.cameras().framesDropped
      },
    )
    gauge(
      'hzsystem_camera_signs',
      'Signs that network cameras have seen since the start',
      () => sources.cameras().signs,
    )
    gauge('hzsystem_queue_depth', 'Tasks that wait for a detector', sources.queueDepth)
    gauge('hzsystem_sockets', 'Open sockets', sources.sockets)
    gauge('hzsystem_detectors_alive', 'Detector processes that are ready or at work', sources.detectorsAlive)
    gauge('hzsystem_detector_restarts', 'Detector processes replaced since the start', sources.detectorRestarts)
  }

  /** Ends the timers of the default metrics. */
  close(): void {
    this.registry.clear()
  }
}

export const metricsRoutes: FastifyPluginAsync<{ metrics: Metrics }> = async (app, { metrics }) => {
  const schema = { tags: ['health'], summary: 'Prometheus metrics', produces: ['text/plain'] }
  app.get('/metrics', { config: { public: true, rateLimit: false }, schema }, async (_request, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}
