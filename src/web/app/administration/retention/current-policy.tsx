import { Button } from 'antd'
import type { RetentionState } from '../../../../contract/index.ts'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { bytes, dateTime } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { outcomeText } from './outcome-text.ts'
import { texts } from './texts.ts'

type Text = (typeof texts)['en']

/** The policy that is set, by whom, when it last ran; and a way to run it now. */
export function CurrentPolicy({ state }: { state: RetentionState | undefined }) {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const run = useAction({
    work: () => client.call('POST /api/retention/run'),
    done: ({ records, originals }) => t.ran(records.records, originals.records, bytes(records.bytes + originals.bytes)),
    stale: [topics.retention, topics.records, topics.reviews, topics.statistics, topics.system],
  })
  // Asked for at the moment of the question: what was true when the page was opened may not be so now.
  const count = useAction({
    work: () =>
      client.call('POST /api/retention/preview', {
        body: state?.policy ?? { originals_days: null, records_days: null },
      }),
    stale: [],
  })
  const keepsAll = state === undefined || (state.policy.originals_days === null && state.policy.records_days === null)
  return (
    <section className="panel" aria-busy={state === undefined}>
      <div className="administration-head">
        <h2>{t.current}</h2>
        <Button danger disabled={keepsAll} loading={count.isPending || run.isPending} onClick={() => void askToRun()}>
          {t.run}
        </Button>
      </div>
      <dl className="retention-current">
        {factsOf(t, state).map(([name, value]) => (
          <div key={name}>
            <dt className="muted">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {state !== undefined && keepsAll ? <p className="muted">{t.nothingToRun}</p> : null}
    </section>
  )

  async function askToRun() {
    const outcome = await count.mutateAsync().catch(() => null) // The action has said why.
    if (outcome === null) return
    confirm({
      title: t.runTitle,
      content: (
        <>
          <p>{outcomeText(outcome, t)}</p>
          <p>{t.runHelp}</p>
        </>
      ),
      ok: t.runOk,
      isDangerous: true,
      run: () => run.mutateAsync(),
    })
  }
}

function factsOf(t: Text, state: RetentionState | undefined): [string, string][] {
  const age = (days: number | null | undefined) => (days == null ? t.forever : t.after(days))
  const changed =
    state?.changed_at == null ? null : t.changed(state.changed_by?.username ?? t.somebody, dateTime(state.changed_at))
  const lastRun = state?.last_run_at == null ? t.neverRun : dateTime(state.last_run_at)
  return [
    [t.currentOriginals, state === undefined ? '–' : age(state.policy.originals_days)],
    [t.currentRecords, state === undefined ? '–' : age(state.policy.records_days)],
    [t.changedBy, state === undefined ? '–' : (changed ?? t.neverChanged)],
    [t.lastRun, state === undefined ? '–' : lastRun],
  ]
}
