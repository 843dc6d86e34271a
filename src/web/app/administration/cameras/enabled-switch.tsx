import { Switch } from 'antd'
import type { Camera } from '../../../../contract/index.ts'
import { useAction } from '../../frame/use-action.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { texts } from './texts.ts'

export function EnabledSwitch({ camera: { camera_id, name, enabled } }: { camera: Camera }) {
  const t = useTexts(texts)
  const change = useAction({
    work: (isEnabled: boolean) =>
      client.call('PATCH /api/cameras/:camera_id', { params: { camera_id }, body: { enabled: isEnabled } }),
    done: (_, isEnabled) => (isEnabled ? t.enabledDone(name) : t.disabledDone(name)),
    stale: [topics.cameras],
  })
  return (
    <Switch
      checked={enabled}
      loading={change.isPending}
      aria-label={t.enabledOf(name)}
      onChange={(isEnabled) => change.mutate(isEnabled)}
    />
  )
}
