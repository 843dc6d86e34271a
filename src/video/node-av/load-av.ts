import { availableParallelism } from 'node:os'
import { AppError } from '../../errors.ts'

/** The two modules of node-av that are used. */
export type Av = typeof import('node-av/api') & { constants: typeof import('node-av/constants') }

/** Each thread of a codec holds pictures of its own; more of them than a video needs on a large machine. */
export const CODEC_THREADS = Math.min(4, Math.max(2, availableParallelism()))

let loading: Promise<Av> | null = null

/**
 * FFmpeg, in this process: only in one that may die of a hostile file.
 * @throws VIDEO_UNAVAILABLE where the optional dependency is not installed, or not for this machine
 */
export function loadAv(): Promise<Av> {
  loading ??= load()
  return loading
}

async function load(): Promise<Av> {
  polyfillWithResolvers()
  try {
    const [api, constants] = await Promise.all([import('node-av/api'), import('node-av/constants')])
    return { ...api, constants }
  } catch (cause) {
    throw new AppError('VIDEO_UNAVAILABLE', {}, { cause })
  }
}

/** Node 20 has none, and without it node-av reads no frames and says nothing. */
function polyfillWithResolvers(): void {
  const promise = Promise as unknown as { withResolvers?: () => unknown }
  promise.withResolvers ??= () => {
    const parts: Record<string, unknown> = {}
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }))
    return parts
  }
}
