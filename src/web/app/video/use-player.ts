import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Record } from '../../../contract/index.ts'
import { followPictures, VideoClock } from './video-clock.ts'

export type SourceName = 'original' | 'drawn'

/** Until two pictures have told how far they are apart. */
const USUAL_FRAME_S = 1 / 25
const NETWORK = 2

export interface Player {
  video: RefObject<HTMLVideoElement | null>
  clock: VideoClock
  /** What is played; null: nothing that this browser can play. */
  source: { name: SourceName; url: string } | null
  /** Those that there are. */
  sources: readonly SourceName[]
  /** This browser cannot play them. */
  unplayable: ReadonlySet<SourceName>
  choose: (name: SourceName) => void
  /** Attributes of the element. */
  events: { onLoadedMetadata: () => void; onError: () => void }
  toggle: () => void
  /** Goes there, and stays. */
  jump: (timeS: number) => void
  move: (byS: number) => void
  step: (direction: 1 | -1) => void
}

/** A video of a record: the original where the browser can play it, else the one with boxes drawn in. */
export function usePlayer({ source_image_url: original, result_video_url: drawn }: Record): Player {
  const video = useRef<HTMLVideoElement>(null)
  const clock = useState(() => new VideoClock())[0]
  const [wanted, setWanted] = useState<SourceName>('original')
  const [unplayable, setUnplayable] = useState<ReadonlySet<SourceName>>(new Set())
  const wasPlaying = useRef(false)
  const urls = { original, drawn }
  const sources = (['original', 'drawn'] as const).filter((name) => urls[name] !== null)
  const playable = sources.filter((name) => !unplayable.has(name))
  const name = playable.includes(wanted) ? wanted : playable[0]
  const url = name === undefined ? null : urls[name]
  const frameS = useFrames(video, clock, url)

  const fail = () => setUnplayable((before) => (name === undefined ? before : new Set([...before, name])))
  const jump = (timeS: number) => {
    video.current?.pause()
    seek(video.current, timeS)
  }
  return {
    ...{ video, clock, sources, unplayable, jump },
    source: name === undefined || url === null ? null : { name, url },
    choose: (next) => {
      wasPlaying.current = video.current?.paused === false
      setWanted(next)
    },
    events: {
      onLoadedMetadata: () => {
        // Some play the sound alone of what they cannot decode.
        if (video.current?.videoWidth === 0) return fail()
        if (clock.timeS > 0) seek(video.current, clock.timeS)
        if (wasPlaying.current) void video.current?.play()
      },
      onError: () => {
        const { error, readyState = 0 } = video.current ?? {}
        // A line that breaks while it plays says nothing of the format.
        if (error?.code !== NETWORK || readyState === 0) fail()
      },
    },
    toggle: () => void (video.current?.paused ? video.current.play() : video.current?.pause()),
    move: (byS) => seek(video.current, (video.current?.currentTime ?? 0) + byS),
    step: (direction) => jump(clock.timeS + direction * frameS.current),
  }
}

/** Tells the clock of every picture, and learns how far they are apart. */
function useFrames(video: RefObject<HTMLVideoElement | null>, clock: VideoClock, url: string | null) {
  const frameS = useRef(USUAL_FRAME_S)
  useEffect(() => {
    if (video.current === null || url === null) return
    return followPictures(video.current, (timeS, metadata) => {
      const apartS = timeS - clock.timeS
      if (metadata !== undefined && apartS > 0.005 && apartS < frameS.current * 1.5) frameS.current = apartS
      clock.show(timeS)
    })
  }, [video, clock, url])
  return frameS
}

function seek(video: HTMLVideoElement | null, timeS: number): void {
  if (video === null) return
  const end = Number.isFinite(video.duration) ? video.duration : timeS
  video.currentTime = Math.min(Math.max(0, timeS), end)
}
