import { readdir, readFile } from 'node:fs/promises'
import { findTools } from '../../src/video/ffmpeg/find-tools.ts'

export const searchPath = process.env.PATH ?? ''

export const tools = await findTools(searchPath).catch(() => null)

/** Why tests of ffmpeg are passed over; an empty object where it is installed. */
export const needsFfmpeg = tools === null ? { skip: 'there is no ffmpeg on PATH' } : {}

export interface RunningProgram {
  pid: number
  name: string
  environment: string[]
}

/** What runs in a group of processes, by its first one. Of Linux only. */
export async function programsIn(group: number): Promise<RunningProgram[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const programs = await Promise.all(pids.map((pid) => programOf(pid).catch(() => null)))
  return programs.filter((program) => program !== null && program.group === group && program.state !== 'Z') as never
}

/** Throws where it has just ended. */
async function programOf(pid: number) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? []
  const [state, , group] = rest.split(' ')
  const environment = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter((entry) => entry !== '')
  return { pid, name, state, group: Number(group), environment }
}
