/** Of what is written; exact for every frame rate that is in use. */
export const TICKS_PER_SECOND = 90_000
/** Browsers and phones play this everywhere, and more than a screen shows is only work. */
const MAX_SIDE = 1920
const MAX_FRAMES_PER_SECOND = 61
/** So that a player jumps to within this of any time. */
const SECONDS_BETWEEN_KEYFRAMES = 2

/** Options of the encoder. Pieces are joined as they are: none has pictures that wait for later ones. */
export const X264 = { preset: 'superfast', crf: 24, 'x264-params': 'scenecut=0' }

/** How a drawn video is encoded. */
export interface DrawnShape {
  /** Even, as yuv420p of every player has it. */
  width: number
  height: number
  /** Of the source's size; 1 or less. */
  scale: number
  isAsIs: boolean
  /** In pictures. */
  keyframeInterval: number
}

export function drawnShapeOf(source: { width: number; height: number; frameRate: number }): DrawnShape {
  const scale = Math.min(1, MAX_SIDE / Math.max(source.width, source.height))
  const even = (side: number) => Math.max(2, Math.floor((side * scale) / 2) * 2)
  const [width, height] = [even(source.width), even(source.height)]
  const isAsIs = width === source.width && height === source.height
  const keyframeInterval = Math.round(Math.min(MAX_FRAMES_PER_SECOND, source.frameRate) * SECONDS_BETWEEN_KEYFRAMES)
  return { width, height, scale, isAsIs, keyframeInterval }
}

/** Whether a picture comes so soon after the one before that it is left out. */
export function isTooSoon(timeS: number, lastS: number): boolean {
  return timeS - lastS < 1 / MAX_FRAMES_PER_SECOND
}
