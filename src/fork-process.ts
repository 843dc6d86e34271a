import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

/**
 * Pictures are freed as soon as they have been used. Without these glibc keeps them: in an arena for each thread, and below
 * whatever was allocated after them. Measured with a 1080p video: 390 instead of 490 MiB. Elsewhere they mean nothing.
 */
const mallocEnv = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(256 * 1024),
  MALLOC_TRIM_THRESHOLD_: String(1024 * 1024),
}
/** What such a process makes is pixels, outside of V8's heap: its nursery need not grow to tens of megabytes. */
const execArgv = ['--max-semi-space-size=1']

interface ForkOptions {
  /** Its only argument, which it gets in JSON. */
  argument?: object
  /** Beside what every process gets. */
  env?: Record<string, string>
  /** Whether it leads a group of processes, which can be ended as one. */
  leadsGroup?: boolean
}

/** Starts a module as a process of its own. */
export function forkProcess(moduleUrl: URL, options: ForkOptions = {}): ChildProcess {
  const { argument, env = {}, leadsGroup = false } = options
  return fork(fileURLToPath(moduleUrl), argument === undefined ? [] : [JSON.stringify(argument)], {
    // Nothing of the parent's environment, which holds secrets, and none of its flags, such as --inspect.
    env: { TMPDIR: tmpdir(), ...mallocEnv, ...env },
    execArgv,
    detached: leadsGroup,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
