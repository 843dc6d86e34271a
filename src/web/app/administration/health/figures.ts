import type { ModelSummary, StorageState } from '../../../../contract/index.ts'
import { bytes, count, duration } from '../../language/format.ts'
import type { Metrics } from './metrics.ts'
import type { texts } from './texts.ts'

type Text = (typeof texts)['en']

export interface Figure {
  name: string
  value: string
}

const UNKNOWN = '–'

/** In an order that does not change, whatever is known already: nothing moves when answers arrive. */
export function liveFigures(t: Text, metrics: Metrics | undefined, active: ModelSummary | undefined): Figure[] {
  const { waiting, processing, sockets, detectorsAlive, detectorRestarts } = metrics ?? {}
  const { version, model, memoryBytes, startedAtMs, lagSeconds } = metrics ?? {}
  const all = active?.active?.detectors
  const alive = detectorsAlive == null || all === undefined ? null : t.detectorsOf(detectorsAlive, all)
  return [
    { name: t.waiting, value: shown(waiting, count) },
    { name: t.processing, value: shown(processing, count) },
    { name: t.detectors, value: alive ?? shown(detectorsAlive, count) },
    { name: t.sockets, value: shown(sockets, count) },
    { name: t.model, value: shown(model, (is) => `${is.name} ${is.version} · ${is.precision}`) },
    { name: t.version, value: version ?? UNKNOWN },
    { name: t.uptime, value: shown(startedAtMs, (ms) => duration((Date.now() - ms) / 1000)) },
    { name: t.restarts, value: shown(detectorRestarts, count) },
    { name: t.memory, value: shown(memoryBytes, bytes) },
    { name: t.lag, value: shown(lagSeconds, (is) => `${(is * 1000).toFixed(0)} ms`) },
  ]
}

export function storageFigures(t: Text, storage: StorageState | undefined): Figure[] {
  return [
    { name: t.records, value: shown(storage?.records, count) },
    { name: t.databaseBytes, value: shown(storage?.database_bytes, bytes) },
    { name: t.originals, value: shown(storage, (is) => t.originalsOf(count(is.originals), bytes(is.originals_bytes))) },
    { name: t.disk, value: shown(storage, (is) => t.diskOf(bytes(is.media_free_bytes), bytes(is.media_total_bytes))) },
  ]
}

function shown<T>(value: T | null | undefined, say: (value: T) => string): string {
  return value == null ? UNKNOWN : say(value)
}
