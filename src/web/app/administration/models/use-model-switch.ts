import type { ModelSummary } from '../../../../contract/index.ts'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { texts } from './texts.ts'

export interface ModelSwitch {
  /** What the model is called that is being loaded; null: none is. */
  underWay: string | null
  error: Error | null
  dismissError: () => void
  use: (model: ModelSummary) => void
  /** @param name of the model before */
  rollback: (name: string) => void
}

/** Switching to another model, after a question; one switch at a time. */
export function useModelSwitch(): ModelSwitch {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const shared = { stale: [topics.models, topics.system], isFailureShown: true } as const
  const choose = useAction({
    work: ({ model_id }: ModelSummary) => client.call('PUT /api/models/active', { body: { model_id } }),
    done: (model) => t.switched(titleOf(model)),
    ...shared,
  })
  const goBack = useAction({
    work: (_name: string) => client.call('POST /api/models/rollback'),
    done: (model) => t.rolledBack(titleOf(model)),
    ...shared,
  })
  const dismissError = () => {
    choose.reset()
    goBack.reset()
  }
  // The question closes at once: the page shows how the loading goes on.
  const ask = (title: string, start: () => void) =>
    confirm({
      title,
      content: t.switchHelp,
      ok: t.switchOk,
      run: async () => {
        dismissError()
        start()
      },
    })
  return {
    underWay: choose.isPending ? titleOf(choose.variables) : goBack.isPending ? goBack.variables : null,
    error: choose.error ?? goBack.error,
    dismissError,
    use: (model) => ask(t.switchTitle(titleOf(model)), () => choose.mutate(model)),
    rollback: (name) => ask(t.rollbackTitle(name), () => goBack.mutate(name)),
  }
}

export function titleOf({ title, name, model_id, version }: ModelSummary): string {
  return `${title ?? name ?? model_id}${version === null ? '' : ` ${version}`}`
}
