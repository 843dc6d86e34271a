import type { VideoEngine } from '../video-engine.ts'
import { findTools } from './find-tools.ts'
import { joinSegments } from './join-segments.ts'
import { openVideo } from './open-video.ts'
import { PipeReader } from './pipe-reader.ts'
import { PipeSegmentWriter } from './pipe-segment-writer.ts'

/**
 * FFmpeg as it is installed on this machine, in processes of its own.
 * @throws AppError VIDEO_UNAVAILABLE
 */
export async function openFfmpegEngine(searchPath: string): Promise<VideoEngine> {
  const tools = await findTools(searchPath)
  return {
    name: `ffmpeg ${tools.version}`,

    async open(path, fileName, limits) {
      const video = await openVideo(tools, path, fileName, limits)
      return {
        header: video.header,
        read: () => new PipeReader(tools, video, fileName, limits),
        joinSegments: (segmentPaths, to, onJoined) => joinSegments(tools, segmentPaths, video, to, onJoined),
        // It holds nothing open.
        [Symbol.asyncDispose]: async () => {},
      }
    },

    openSegment: async (path, source) => new PipeSegmentWriter(tools, path, source),
  }
}
