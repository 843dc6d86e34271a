/** The figures of /metrics that people look at; null where the server does not tell one. */
export interface Metrics {
  version: string | null
  model: { name: string; version: string; precision: string } | null
  waiting: number | null
  processing: number | null
  sockets: number | null
  detectorsAlive: number | null
  detectorRestarts: number | null
  memoryBytes: number | null
  startedAtMs: number | null
  lagSeconds: number | null
}

interface Sample {
  labels: Record<string, string>
  value: number
}

/** Reads Prometheus' text format, as far as this server uses it. */
export function readMetrics(text: string): Metrics {
  const samples = samplesOf(text)
  const first = (name: string) => samples.get(name)?.[0]
  const value = (name: string) => first(name)?.value ?? null
  const { name = '', version = '', precision = '' } = first('hzsystem_model_info')?.labels ?? {}
  const startedAtS = value('process_start_time_seconds')
  const tasks = samples.get('hzsystem_tasks')
  const processing = tasks?.find(({ labels }) => labels.status === 'processing')
  return {
    version: first('hzsystem_info')?.labels.version ?? null,
    model: name === '' ? null : { name, version, precision },
    waiting: value('hzsystem_queue_depth'),
    processing: tasks === undefined ? null : (processing?.value ?? 0),
    sockets: value('hzsystem_sockets'),
    detectorsAlive: value('hzsystem_detectors_alive'),
    detectorRestarts: value('hzsystem_detector_restarts'),
    memoryBytes: value('process_resident_memory_bytes'),
    startedAtMs: startedAtS === null ? null : startedAtS * 1000,
    lagSeconds: value('nodejs_eventloop_lag_p99_seconds'),
  }
}

function samplesOf(text: string): Map<string, Sample[]> {
  const samples = new Map<string, Sample[]>()
  for (const [, name = '', labels = '', value] of text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)) {
    const sample = { labels: labelsOf(labels), value: Number(value) }
    samples.set(name, [...(samples.get(name) ?? []), sample])
  }
  return samples
}

function labelsOf(text: string): Record<string, string> {
  const pairs = text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)
  return Object.fromEntries([...pairs].map(([, name, value = '']) => [name, value.replace(/\\(.)/g, '$1')]))
}
