import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import type { FilterChange } from '../filters/record-filters.ts'
import { changed, type Listing, listingOf, searchOf } from './listing.ts'

export interface ListingControl {
  listing: Listing
  /** `inPlace`: the next step of the same change, such as another letter, which is no step back in the history. */
  filter: (change: FilterChange, inPlace?: boolean) => void
  sort: (order: Listing['order']) => void
  clear: () => void
}

/** What the address asks for. Changes are steps in the history of the browser. */
export function useListing(): ListingControl {
  const [search, setSearch] = useSearchParams()
  const listing = useMemo(() => listingOf(search), [search])
  const filter = useCallback(
    (change: FilterChange, inPlace = false) =>
      setSearch((now) => searchOf(changed(listingOf(now), change)), { replace: inPlace }),
    [setSearch],
  )
  const sort = useCallback(
    (order: Listing['order']) => setSearch((now) => searchOf({ ...listingOf(now), order })),
    [setSearch],
  )
  const clear = useCallback(
    () => setSearch((now) => searchOf({ filters: {}, order: listingOf(now).order })),
    [setSearch],
  )
  return { listing, filter, sort, clear }
}
