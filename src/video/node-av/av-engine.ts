import type { VideoEngine } from '../video-engine.ts'
import { FrameReader } from './frame-reader.ts'
import { joinSegments } from './join-segments.ts'
import { loadAv } from './load-av.ts'
import { openVideo } from './open-video.ts'
import { AvSegmentWriter } from './segment-writer.ts'

/**
 * FFmpeg as node-av brings it, in this process.
 * @throws AppError VIDEO_UNAVAILABLE where the optional dependency is not installed, or not for this machine
 */
export async function openAvEngine(): Promise<VideoEngine> {
  await loadAv()
  return avEngine
}

const avEngine: VideoEngine = {
  name: 'node-av',

  async open(path, fileName, limits) {
    const video = await openVideo(path, fileName, limits)
    return {
      header: video.header,
      read: () => new FrameReader(video, fileName, limits),
      joinSegments: (segmentPaths, to, onJoined) => joinSegments(segmentPaths, video, to, onJoined),
      [Symbol.asyncDispose]: () => video[Symbol.asyncDispose](),
    }
  },

  openSegment: (path, source) => AvSegmentWriter.open(path, source),
}
