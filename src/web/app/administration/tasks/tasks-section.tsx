import { FailedTasks } from './failed-tasks.tsx'
import { OpenSockets } from './open-sockets.tsx'
import { RunningTasks } from './running-tasks.tsx'
import './tasks.css'

/**
 * What goes on right now, of everybody. It is asked for every two seconds while somebody looks: following everybody's
 * events would take this window's own place in the events away, and bring others' photos to its Detect page.
 */
export function TasksSection() {
  return (
    <div className="administration-section">
      <RunningTasks />
      <FailedTasks />
      <OpenSockets />
    </div>
  )
}
