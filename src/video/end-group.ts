/** On Windows there are none; there, what a process has started ends as its pipes close. */
export const HAS_GROUPS = process.platform !== 'win32'

/** Ends a process that was started as the first of a group, with all others in it, at once. Also where it has ended before them. */
export function endGroup(pid: number): void {
  try {
    process.kill(HAS_GROUPS ? -pid : pid, 'SIGKILL')
  } catch (err) {
    // Nothing of it is left.
    if ((err as NodeJS.ErrnoException).code !== 'ESRCH') throw err
  }
}
