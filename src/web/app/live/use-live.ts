import { type RefObject, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { client } from '../server/client.ts'
import { CameraError, type CameraProblem, type CameraWish, closeCamera, listCameras, openCamera } from './camera.ts'
import { type LiveOptions, LiveSession, type LiveState } from './live-session.ts'

export interface Live {
  video: RefObject<HTMLVideoElement | null>
  state: LiveState
  /** Cameras with names: none before one was allowed. */
  cameras: readonly MediaDeviceInfo[]
  problem: CameraProblem | null
  /** The size of what the camera shows; null while it is off. */
  picture: { width: number; height: number } | null
  start: (wish: CameraWish, options: LiveOptions) => Promise<void>
  /** Another camera, or another size, while the session goes on. */
  change: (wish: CameraWish) => Promise<void>
  stop: () => Promise<void>
}

/** The camera and what is detected in it, for as long as the page is open. */
export function useLive(): Live {
  const video = useRef<HTMLVideoElement>(null)
  const stream = useRef<MediaStream | null>(null)
  const session = useState(() => new LiveSession(client))[0]
  const state = useSyncExternalStore(session.subscribe, () => session.state)
  const [problem, setProblem] = useState<CameraProblem | null>(null)
  const [picture, setPicture] = useState<Live['picture']>(null)
  const { cameras, look } = useCameras()

  const close = useCallback(() => {
    if (stream.current !== null) closeCamera(stream.current)
    stream.current = null
    setPicture(null)
  }, [])
  const stop = useCallback(async () => {
    await session.stop()
    close()
  }, [session, close])

  /** @returns false: there is no picture, and why is shown */
  const show = async (wish: CameraWish): Promise<boolean> => {
    setProblem(null)
    close()
    try {
      const opened = await openCamera(wish)
      stream.current = opened
      opened.getVideoTracks()[0]?.addEventListener('ended', () => {
        if (stream.current !== opened) return
        setProblem('lost')
        void stop()
      })
      await play(video.current, opened)
      setPicture(sizeOf(video.current))
      void look()
      return true
    } catch (err) {
      setProblem(err instanceof CameraError ? err.problem : 'failed')
      return false
    }
  }
  const isOver = state.phase.kind === 'ended' || state.phase.kind === 'failed'
  useEffect(() => {
    if (isOver) close()
  }, [isOver, close])
  useEffect(() => () => void stop(), [stop])
  useAwake(state.phase.kind === 'live')
  return {
    ...{ video, state, cameras, problem, picture, stop },
    start: async (wish, options) => {
      if ((await show(wish)) && video.current !== null) await session.start(video.current, options)
    },
    change: async (wish) => {
      if (!(await show(wish))) await session.stop()
    },
  }
}

async function play(video: HTMLVideoElement | null, stream: MediaStream): Promise<void> {
  if (video === null) return
  video.srcObject = stream
  // Once it plays its size is known; a page that is closed meanwhile interrupts it.
  await video.play()
}

function sizeOf(video: HTMLVideoElement | null): Live['picture'] {
  return video === null ? null : { width: video.videoWidth, height: video.videoHeight }
}

function useCameras() {
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([])
  const look = useCallback(() => listCameras().then(setCameras, () => {}), [])
  useEffect(() => {
    void look()
    // Plugged in or out.
    navigator.mediaDevices?.addEventListener('devicechange', look)
    return () => navigator.mediaDevices?.removeEventListener('devicechange', look)
  }, [look])
  return { cameras, look }
}

/** A phone on a dashboard shall not fall asleep. */
function useAwake(isNeeded: boolean): void {
  useEffect(() => {
    if (!isNeeded || !('wakeLock' in navigator)) return
    const lock = navigator.wakeLock.request('screen').catch(() => null)
    return () => void lock.then((held) => held?.release())
  }, [isNeeded])
}
