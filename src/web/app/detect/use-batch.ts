import { useSyncExternalStore } from 'react'
import { client } from '../server/client.ts'
import type { Card } from './card.ts'
import { DetectionBatch } from './detection-batch.ts'

export const batch = new DetectionBatch(client)

let isSomebodyHere = false
client.session.on('user', (user) => {
  // Nothing of one user is left for the next. The first to come finds what this window showed before it was reloaded.
  if (isSomebodyHere) batch.clear()
  isSomebodyHere = user !== null
})

export function useCards(): readonly Card[] {
  return useSyncExternalStore(subscribe, () => batch.cards)
}

const subscribe = (listener: () => void) => batch.subscribe(listener)
