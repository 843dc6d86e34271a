import { createReadStream } from 'node:fs'
import { isDiskFull } from '../disk-full.ts'
import { TICKS_PER_SECOND } from '../drawn-shape.ts'
import type { OnJoined } from '../video-engine.ts'
import { FfmpegRun } from './ffmpeg-run.ts'
import type { FfmpegTools } from './find-tools.ts'
import { inputArgs, NO_METADATA, PIPED_INPUT, QUIET } from './input-args.ts'
import type { NutPicture, NutStream } from './nut-format.ts'
import { NutReader } from './nut-reader.ts'
import { NutWriter } from './nut-writer.ts'
import type { ProbedVideo } from './open-video.ts'

/** What every browser plays from an mp4; anything else is encoded anew. */
const PLAYED_AUDIO = /^(aac|mp3|opus)$/
/** Of one encoded picture. */
const MAX_PICTURE_BYTES = 256 * 1024 * 1024

const WITHOUT_SOUND = [...PIPED_INPUT, '-map', '0:0']

/** As OpenVideo.joinSegments promises. */
export async function joinSegments(
  tools: FfmpegTools,
  segmentPaths: string[],
  source: ProbedVideo,
  path: string,
  onJoined: OnJoined,
): Promise<void> {
  // The sound ends with the pictures.
  const endS = (await lastTicksOf(segmentPaths.at(-1) as string)) / TICKS_PER_SECOND + 0.001
  const join = (sound: string[]) => pipe(tools, segmentPaths, [...QUIET, ...sound, ...outputArgs(path, endS)], onJoined)
  if (source.sound === null) return join(WITHOUT_SOUND)
  try {
    await join(soundArgs(source))
  } catch (err) {
    if (isDiskFull(err)) throw err
    // A sound that nobody can decode is no reason to refuse the pictures.
    await join(WITHOUT_SOUND)
  }
}

function soundArgs({ path, header, startS, sound }: ProbedVideo): string[] {
  const codec = PLAYED_AUDIO.test(sound?.codec ?? '') ? ['copy'] : ['aac', '-b:a', '128k']
  return [
    ...[...PIPED_INPUT, '-itsoffset', (-startS).toFixed(6), ...inputArgs(path, header)],
    ...['-map', '0:0', '-map', `1:${sound?.index}`, '-c:a', ...codec],
  ]
}

function outputArgs(path: string, endS: number): string[] {
  return [
    ...['-c:v', 'copy', ...NO_METADATA, '-t', endS.toFixed(6)],
    ...['-movflags', '+faststart', '-f', 'mp4', '-y', `file:${path}`],
  ]
}

async function pipe(tools: FfmpegTools, segmentPaths: string[], args: string[], onJoined: OnJoined): Promise<void> {
  await using run = new FfmpegRun(tools.ffmpeg, args, tools)
  let nut: NutWriter | null = null
  try {
    for await (const { stream, picture } of picturesOf(segmentPaths)) {
      nut ??= new NutWriter(run.stdin, stream)
      const ticks = Math.round((picture.ticks * TICKS_PER_SECOND) / stream.ticksPerSecond)
      await nut.write({ ...picture, ticks })
      onJoined(ticks / TICKS_PER_SECOND)
    }
  } catch (err) {
    // Where ffmpeg reads no more, how it ended says why.
    run.stdin.destroy()
    await run.succeed()
    throw err
  }
  await nut?.end()
  await run.succeed()
}

async function* picturesOf(segmentPaths: string[]): AsyncGenerator<{ stream: NutStream; picture: NutPicture }> {
  for (const path of segmentPaths) {
    const reader = new NutReader(createReadStream(path), allocate)
    for await (const picture of reader.pictures()) yield { stream: reader.stream as NutStream, picture }
  }
}

async function lastTicksOf(segmentPath: string): Promise<number> {
  let lastTicks = 0
  for await (const { stream, picture } of picturesOf([segmentPath])) {
    lastTicks = (picture.ticks * TICKS_PER_SECOND) / stream.ticksPerSecond
  }
  return lastTicks
}

function allocate(bytes: number): Buffer {
  if (bytes > MAX_PICTURE_BYTES) throw new Error(`A picture of ${bytes} bytes in a piece of a video`)
  return Buffer.allocUnsafe(bytes)
}
