import { App } from 'antd'
import type { RecordRemovalResult } from '../../../contract/index.ts'
import { useAction } from '../frame/use-action.ts'
import { useConfirm } from '../frame/use-confirm.ts'
import { useTexts } from '../language/texts.ts'
import { topics } from '../server/queries.ts'
import { deleteRecords } from './delete-records.ts'
import { texts } from './texts.ts'

const NOT_FOUND = 'RECORD_NOT_FOUND'

/**
 * Deletes records once a person has confirmed it, and says what came of it.
 * @param onDeleted with those that are gone
 */
export function useDeletion(onDeleted: (ids: readonly number[]) => void) {
  const t = useTexts(texts)
  const { modal, message } = App.useApp()
  const ask = useConfirm()
  const { isPending, mutateAsync } = useAction({
    work: async (ids: readonly number[]) => {
      const { removed, refused } = await deleteRecords(ids)
      if (removed.length > 0) void message.success(t.deleted(removed.length))
      if (refused.length > 0) modal.warning({ title: t.refusedTitle(refused.length), content: refusalsOf(refused, t) })
      // What was gone already is no longer there either.
      onDeleted([...removed, ...refused.filter(({ code }) => code === NOT_FOUND).map(({ record_id }) => record_id)])
    },
    stale: [topics.records, topics.reviews, topics.statistics],
  })
  const confirm = (ids: readonly number[]) => {
    if (ids.length === 0 || isPending) return
    ask({
      title: t.deleteTitle(ids.length),
      content: t.deleteHelp,
      ok: t.deleteNow(ids.length),
      isDangerous: true,
      run: () => mutateAsync(ids),
    })
  }
  return { isDeleting: isPending, confirm }
}

function refusalsOf(refused: RecordRemovalResult['refused'], t: (typeof texts)['en']) {
  const gone = refused.filter(({ code }) => code === NOT_FOUND).length
  const forbidden = refused.length - gone
  return (
    <ul>
      {gone > 0 ? <li>{t.refusedGone(gone)}</li> : null}
      {forbidden > 0 ? <li>{t.refusedForbidden(forbidden)}</li> : null}
    </ul>
  )
}
