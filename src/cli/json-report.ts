import type { ModelIdentity } from '../contract/index.ts'
import type { SignTrack } from '../tracking/sign-tracker.ts'
import type { FileResult, VideoResult } from './report.ts'

/** For machines: one document, in the words of the wire. @param isVideo of each result, in its place. */
export function toJson(results: FileResult[], isVideo: boolean[], model: ModelIdentity): string {
  const videos = results.filter((_, i) => isVideo[i]).map(fileJson)
  const pictures = results.filter((_, i) => !isVideo[i]).map(fileJson)
  return JSON.stringify({ model: { name: model.name, version: model.version }, pictures, videos }, null, 2)
}

function fileJson(result: FileResult): object {
  if ('failure' in result) return { file: result.file, error: result.failure }
  if ('video' in result) return videoJson(result)
  const { width, height, detections } = result.analysis
  return { file: result.file, width, height, detections, result_file: result.resultPath }
}

function videoJson({ file, video, resultPaths }: VideoResult): object {
  const { width, height, durationS, tracks, looks, failedFrames, isPartial } = video
  return {
    ...{ file, width, height, duration: durationS, frames_looked_at: looks },
    ...{ failed_frames: failedFrames, is_partial: isPartial, tracks: tracks.map(trackJson) },
    ...{ result_video: resultPaths?.video ?? null, result_file: resultPaths?.poster ?? null },
  }
}

function trackJson({ trackId, signClass, confidence, firstTimeS, lastTimeS, bestTimeS, bestBbox, boxes }: SignTrack) {
  return {
    ...{ track_id: trackId, ...signClass, confidence, bbox: bestBbox },
    ...{ first_time: firstTimeS, last_time: lastTimeS, best_time: bestTimeS },
    boxes: boxes.map((box) => [box.timeS, ...box.bbox, box.confidence]),
  }
}
