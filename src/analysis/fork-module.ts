import { type ChildProcess, fork } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'

/** Starts a module of this folder as a process of its own, which reads `settings` as JSON from its only argument. */
export function forkModule(name: 'analysis-process' | 'precision-process', settings: object): ChildProcess {
  const modulePath = fileURLToPath(new URL(`./${name}.js`, import.meta.url))
  return fork(modulePath, [JSON.stringify(settings)], {
    // Nothing of the parent's environment, which holds secrets, and none of its flags, such as --inspect.
    env: { TMPDIR: tmpdir() },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}
