import { MoreOutlined } from '@ant-design/icons'
import { Button, Dropdown, type MenuProps } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Camera } from '../../../../contract/index.ts'
import { cameraRecordsHref } from '../../cameras/records-href.ts'
import { useAction } from '../../frame/use-action.ts'
import { useConfirm } from '../../frame/use-confirm.ts'
import { useTexts } from '../../language/texts.ts'
import { client } from '../../server/client.ts'
import { topics } from '../../server/queries.ts'
import { CameraDialog } from './camera-dialog.tsx'
import { texts } from './texts.ts'

/** What an administrator can do with one camera. */
export function CameraActions({ camera }: { camera: Camera }) {
  const t = useTexts(texts)
  const confirm = useConfirm()
  const navigate = useNavigate()
  const [isChanging, setChanging] = useState(false)
  const { name, enabled } = camera
  const params = { camera_id: camera.camera_id }
  const restart = useAction({
    work: () => client.call('POST /api/cameras/:camera_id/restart', { params }),
    done: () => t.restarted(name),
    stale: [topics.cameras],
  })
  const remove = useAction({
    work: () => client.call('DELETE /api/cameras/:camera_id', { params }),
    done: () => t.removed(name),
    stale: [topics.cameras],
  })
  const askToRemove = () =>
    confirm({
      title: t.removeTitle(name),
      content: t.removeHelp,
      ok: t.removeOk,
      isDangerous: true,
      run: () => remove.mutateAsync(),
    })
  const menu: MenuProps = {
    items: [
      { key: 'change', label: t.change, onClick: () => setChanging(true) },
      { key: 'restart', label: t.restart, disabled: !enabled, onClick: () => restart.mutate() },
      { key: 'records', label: t.records, onClick: () => void navigate(cameraRecordsHref(camera)) },
      { type: 'divider' },
      { key: 'remove', label: t.remove, danger: true, onClick: askToRemove },
    ],
  }
  return (
    <>
      <Dropdown menu={menu} trigger={['click']} placement="bottomRight">
        <Button
          icon={<MoreOutlined aria-hidden />}
          aria-label={t.actionsOf(name)}
          aria-haspopup="menu"
          loading={restart.isPending || remove.isPending}
        />
      </Dropdown>
      <CameraDialog camera={camera} isOpen={isChanging} onClose={() => setChanging(false)} />
    </>
  )
}
