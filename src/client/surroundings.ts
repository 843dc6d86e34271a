import { isPage, page } from './page-globals.ts'

export type SurroundingsChange = 'online' | 'offline' | 'visible'

/** What is known of the network and of whether anybody looks. */
export interface Surroundings {
  readonly isOnline: boolean
  /** @returns what ends it */
  watch(onChange: (change: SurroundingsChange) => void): () => void
}

/** Outside pages nothing is known: always online, and no news. */
export const nowhere: Surroundings = { isOnline: true, watch: () => () => {} }

export function surroundingsHere(): Surroundings {
  return isPage() ? pageSurroundings : nowhere
}

const pageSurroundings: Surroundings = {
  get isOnline() {
    return page.navigator?.onLine ?? true
  },
  watch(onChange) {
    const onOnline = () => onChange('online')
    const onOffline = () => onChange('offline')
    const onVisibility = () => page.document?.visibilityState === 'visible' && onChange('visible')
    page.addEventListener?.('online', onOnline)
    page.addEventListener?.('offline', onOffline)
    page.document?.addEventListener('visibilitychange', onVisibility)
    return () => {
      page.removeEventListener?.('online', onOnline)
      page.removeEventListener?.('offline', onOffline)
      page.document?.removeEventListener('visibilitychange', onVisibility)
    }
  },
}
