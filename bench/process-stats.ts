import { readdirSync, readFileSync } from 'node:fs'

/** In KiB. RSS counts what processes share in each of them, PSS shares it out. */
export interface Memory {
  rss: number
  pss: number
}

/** What a process holds now. Linux only. */
export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const kib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1])
  return { rss: kib('Rss'), pss: kib('Pss') }
}

/** Clock ticks a second in /proc; 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

/** What a process has computed so far, in seconds of one core. Linux only. */
export function cpuSecondsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ') // The name before may hold spaces.
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  )
}

export function sum(memories: Memory[]): Memory {
  return memories.reduce((total, { rss, pss }) => ({ rss: total.rss + rss, pss: total.pss + pss }), { rss: 0, pss: 0 })
}
