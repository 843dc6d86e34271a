import type { HzCamera } from '../../../client/index.ts'
import { followPictures } from '../video/video-clock.ts'

const JPEG_QUALITY = 0.8

export interface FrameSender {
  /** Pictures of the camera that were passed over, as the server was busy with those before. */
  readonly skipped: number
  stop(): void
}

/**
 * Sends what the camera shows, as fast as it is answered and no faster: a picture is made small and encoded only when it
 * would go out at once. @param longestPx of the longer side
 */
export function sendFrames(video: HTMLVideoElement, camera: HzCamera, longestPx: number): FrameSender {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { alpha: false })
  let isEncoding = false
  let skipped = 0
  const send = (_timeS: number, metadata?: VideoFrameCallbackMetadata) => {
    if (camera.state !== 'live' || video.videoWidth === 0) return
    if (isEncoding || !camera.isReady) {
      skipped++
      return
    }
    const capturedAt = timeOf(metadata)
    const scale = Math.min(1, longestPx / Math.max(video.videoWidth, video.videoHeight))
    canvas.width = Math.round(video.videoWidth * scale)
    canvas.height = Math.round(video.videoHeight * scale)
    context?.drawImage(video, 0, 0, canvas.width, canvas.height)
    isEncoding = true
    const sent = (picture: Blob | null) => {
      isEncoding = false
      if (picture !== null) camera.sendFrame(picture, { capturedAt })
    }
    canvas.toBlob(sent, 'image/jpeg', JPEG_QUALITY)
  }
  const stop = followPictures(video, send)
  return {
    get skipped() {
      return skipped
    },
    stop,
  }
}

/** When the camera took it, where the browser tells; in milliseconds since 1970. */
function timeOf(metadata: VideoFrameCallbackMetadata | undefined): number {
  const ageMs = metadata?.captureTime === undefined ? 0 : performance.now() - metadata.captureTime
  return Date.now() - (ageMs > 0 && ageMs < 1000 ? ageMs : 0)
}
