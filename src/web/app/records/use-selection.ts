import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { RecordQuery } from '../../../contract/index.ts'
import { client } from '../server/client.ts'
import { useKeptState } from './kept-state.ts'
import { idsBetween, MOST_CHOSEN } from './record-pages.ts'

export interface Selection {
  ids: ReadonlySet<number>
  toggle(id: number, index: number): void
  /** Everything from where the last one was toggled; what was so chosen before gives way. */
  extendTo(index: number): Promise<void>
  /** As many as may be chosen at once, from the first. */
  chooseAll(total: number): Promise<void>
  remove(ids: readonly number[]): void
  clear(): void
}

interface Chosen {
  /** One by one. */
  single: ReadonlySet<number>
  /** With the range that is being drawn out. */
  ids: ReadonlySet<number>
  anchor: number
}

const nothing: Chosen = { single: new Set(), ids: new Set(), anchor: 0 }

/**
 * Records that are chosen, by their ids: whatever moves or goes out of sight, they stay chosen. Those of other filters
 * are not, as nobody sees them any more.
 */
export function useSelection(query: RecordQuery | null, filtersKey: string): Selection {
  const [chosen, setChosen] = useKeptState<Chosen>('selection', nothing)
  const [ownKey, setOwnKey] = useState(filtersKey)
  const latest = useRef(0)
  if (ownKey !== filtersKey) {
    setOwnKey(filtersKey)
    setChosen(nothing)
  }
  const anchor = chosen.anchor
  const toggle = useCallback(
    (id: number, index: number) => {
      latest.current++
      setChosen(({ ids }) => settledAt(index, toggled(ids, id)))
    },
    [setChosen],
  )
  const remove = useCallback(
    (gone: readonly number[]) => setChosen((now) => settledAt(now.anchor, without(now.ids, gone))),
    [setChosen],
  )
  const clear = useCallback(() => setChosen(nothing), [setChosen])
  const extendTo = useCallback(
    async (index: number) => {
      if (query === null) return
      const turn = ++latest.current
      const ids = await idsBetween(query, anchor, index)
      if (turn === latest.current) setChosen((now) => ({ ...now, ids: new Set([...now.single, ...ids]) }))
    },
    [query, anchor, setChosen],
  )
  const chooseAll = useCallback(
    async (total: number) => {
      if (query === null || total === 0) return
      const turn = ++latest.current
      const ids = await idsBetween(query, 0, Math.min(total, MOST_CHOSEN) - 1)
      if (turn === latest.current) setChosen(settledAt(0, new Set(ids)))
    },
    [query, setChosen],
  )
  useEffect(() => client.socket.on('records_removed', ({ data }) => remove(data.record_ids)), [remove])
  return useMemo(
    () => ({ ids: chosen.ids, toggle, extendTo, chooseAll, remove, clear }),
    [chosen.ids, toggle, extendTo, chooseAll, remove, clear],
  )
}

function settledAt(anchor: number, ids: ReadonlySet<number>): Chosen {
  return { single: ids, ids, anchor }
}

function toggled(ids: ReadonlySet<number>, id: number): ReadonlySet<number> {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

function without(ids: ReadonlySet<number>, gone: readonly number[]): ReadonlySet<number> {
  return gone.some((id) => ids.has(id)) ? new Set([...ids].filter((id) => !gone.includes(id))) : ids
}
