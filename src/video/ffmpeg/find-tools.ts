import { execFile } from 'node:child_process'
import { access, constants, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import { promisify } from 'node:util'
import { AppError } from '../../errors.ts'

/** The programs, and all that they get of our environment. */
export interface FfmpegTools {
  ffmpeg: string
  ffprobe: string
  /** As the program says it, such as `5.1.9-0+deb12u1`. */
  version: string
  env: { PATH: string; TMPDIR: string }
}

const VERSION_MS = 10_000

/**
 * @param searchPath folders as PATH has them.
 * @throws AppError VIDEO_UNAVAILABLE where one of the programs is missing, or does not run
 */
export async function findTools(searchPath: string): Promise<FfmpegTools> {
  const [ffmpeg, ffprobe] = await Promise.all(['ffmpeg', 'ffprobe'].map((name) => find(name, searchPath)))
  if (ffmpeg == null || ffprobe == null) throw new AppError('VIDEO_UNAVAILABLE')
  const env = { PATH: searchPath, TMPDIR: tmpdir() }
  const { stdout } = await promisify(execFile)(ffmpeg, ['-version'], { env, timeout: VERSION_MS }).catch((cause) => {
    throw new AppError('VIDEO_UNAVAILABLE', {}, { cause })
  })
  return { ffmpeg, ffprobe, version: /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? '?', env }
}

/** A folder that is not written in full would be one of wherever the server was started: it is passed over. */
async function find(name: string, searchPath: string): Promise<string | null> {
  const fileName = process.platform === 'win32' ? `${name}.exe` : name
  for (const folder of searchPath.split(delimiter).filter(isAbsolute)) {
    const path = join(folder, fileName)
    if (await isProgram(path)) return path
  }
  return null
}

async function isProgram(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** The option that keeps every picture at its time. It changed its name with 5.1; builds without a number are newer. */
export function keepTimes({ version }: Pick<FfmpegTools, 'version'>): [string, string] {
  const [, major = '9', minor = '0'] = /^n?(\d+)\.(\d+)/.exec(version) ?? []
  const isOld = Number(major) < 5 || (major === '5' && minor === '0')
  return [isOld ? '-vsync' : '-fps_mode', 'passthrough']
}
