import { MAX_STREAMS } from '../header-limits.ts'
import type { VideoType } from '../video-type.ts'

/** Nothing is asked of a terminal, and every complaint comes, also one like that before. */
export const QUIET = ['-nostdin', '-v', 'repeat+error']

/**
 * A file, opened with the one demuxer that its bytes name, which may read that file and nothing else. `file:` keeps FFmpeg from
 * taking a name with a colon for a protocol, or one with a dash for an option.
 */
export function inputArgs(path: string, { demuxer }: VideoType): string[] {
  return [
    ...['-f', demuxer, '-protocol_whitelist', 'file', '-max_streams', String(MAX_STREAMS)],
    ...['-i', `file:${path}`],
  ]
}

/**
 * Pictures that come through the pipe and keep their times, which are those of the whole video. All that is to be known of them
 * is in their header, so none is looked at in advance.
 */
export const PIPED_INPUT = [
  ...['-copyts', '-f', 'nut', '-probesize', '32', '-fpsprobesize', '0', '-analyzeduration', '0'],
  ...['-i', 'pipe:0'],
]

/** What somebody has written into a file is nothing that others are to read. */
export const NO_METADATA = ['-map_metadata', '-1', '-map_chapters', '-1']
