import type { DetectOptions } from './card.ts'

const KEY = 'hz.options'
const MODES = ['fast', 'balanced', 'accurate', 'max'] as const
/** Frames of a video a second that can be chosen; null: as the server thinks best. */
export const FRAME_RATES = [null, 1, 2, 5, 10, 25] as const
const usual: DetectOptions = {
  ...{ mode: 'accurate', confidenceThreshold: 0.5, savesResult: true },
  ...{ videoMode: 'fast', frameRate: null },
}

/** The options of last time, as far as they make sense. */
export function storedOptions(): DetectOptions {
  try {
    const stored = JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Record<keyof DetectOptions, unknown>>
    const { confidenceThreshold: threshold, savesResult } = stored
    return {
      mode: MODES.find((mode) => mode === stored.mode) ?? usual.mode,
      confidenceThreshold: typeof threshold === 'number' && threshold >= 0 && threshold <= 1 ? threshold : 0.5,
      savesResult: typeof savesResult === 'boolean' ? savesResult : usual.savesResult,
      videoMode: MODES.find((mode) => mode === stored.videoMode) ?? usual.videoMode,
      frameRate: FRAME_RATES.find((rate) => rate === stored.frameRate) ?? usual.frameRate,
    }
  } catch {
    return usual
  }
}

export function storeOptions(options: DetectOptions): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(options))
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}
