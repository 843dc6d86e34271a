/** Loaded into the measured server by `--import`: tells its event-loop delay, and collects its garbage, when asked. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type ProbeMessage =
  | { kind: 'reset' }
  | { kind: 'settle' }
  | { kind: 'lag'; lag: { p50: number; p99: number; max: number } }

/** Milliseconds between two looks; what a sample has above it is delay. */
const resolutionMs = 1

const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
const delayMs = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - resolutionMs)

process.on('message', ({ kind }: { kind: ProbeMessage['kind'] }) => {
  if (kind === 'settle') globalThis.gc?.()
  if (kind === 'reset') {
    histogram.enable()
    histogram.reset()
  }
  const answer: ProbeMessage =
    kind === 'lag'
      ? {
          kind,
          lag: {
            p50: delayMs(histogram.percentile(50)),
            p99: delayMs(histogram.percentile(99)),
            max: delayMs(histogram.max),
          },
        }
      : { kind }
  process.send?.(answer)
})
// The channel alone must not keep the server alive.
process.channel?.unref()
