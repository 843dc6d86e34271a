/** The time of the picture that is on the screen, in seconds of the video, as it changes. */
export class VideoClock {
  readonly #listeners = new Set<() => void>()
  #timeS = 0

  get timeS(): number {
    return this.#timeS
  }

  show(timeS: number): void {
    if (timeS === this.#timeS) return
    this.#timeS = timeS
    for (const tell of this.#listeners) tell()
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/**
 * Tells of every picture that comes to the screen, while playing, seeking and stepping alike.
 * @param show gets the picture's own time, so that what is drawn over it is where it belongs
 * @returns stops it
 */
export function followPictures(
  video: HTMLVideoElement,
  show: (timeS: number, metadata?: VideoFrameCallbackMetadata) => void,
): () => void {
  if (!('requestVideoFrameCallback' in video)) return followScreen(video, show)
  let handle = 0
  const next = () => {
    handle = video.requestVideoFrameCallback((_now, metadata) => {
      next()
      show(metadata.mediaTime, metadata)
    })
  }
  next()
  return () => video.cancelVideoFrameCallback(handle)
}

function followScreen(video: HTMLVideoElement, show: (timeS: number) => void): () => void {
  let handle = 0
  const next = () => {
    handle = requestAnimationFrame(next)
    show(video.currentTime)
  }
  next()
  return () => cancelAnimationFrame(handle)
}
