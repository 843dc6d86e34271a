import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import type { Camera } from '../../../../contract/index.ts'
import { CameraBadge, CameraTrouble } from '../../cameras/camera-state.tsx'
import { texts as cameraTexts } from '../../cameras/texts.ts'
import { Failure } from '../../frame/failure.tsx'
import { count, dateTimeSeconds } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { camerasQuery } from '../../server/cameras.ts'
import { type Column, DataTable } from '../../table/data-table.tsx'
import { CameraActions } from './camera-actions.tsx'
import { CameraDialog } from './camera-dialog.tsx'
import './cameras.css'
import { EmptyCameras } from './empty-cameras.tsx'
import { EnabledSwitch } from './enabled-switch.tsx'
import { texts } from './texts.ts'

/** Which cameras the server connects to, and how each of them does. */
export function CamerasSection() {
  const t = useTexts(texts)
  const { data, error, refetch } = useQuery(camerasQuery)
  const columns = useColumns()
  const [isAdding, setAdding] = useState(false)
  return (
    <div className="administration-section">
      <section className="panel">
        <div className="administration-head">
          <div className="row">
            <h2>{t.title}</h2>
            <span className="muted number">{data && t.summary(data.items.length, data.limit)}</span>
          </div>
          <Button type="primary" icon={<PlusOutlined aria-hidden />} onClick={() => setAdding(true)}>
            {t.add}
          </Button>
        </div>
        {error === null ? (
          <DataTable
            caption={t.title}
            columns={columns}
            rows={data?.items}
            keyOf={({ camera_id }) => camera_id}
            empty={<EmptyCameras />}
          />
        ) : (
          <Failure error={error} onRetry={() => void refetch()} />
        )}
      </section>
      <CameraDialog camera={null} isOpen={isAdding} onClose={() => setAdding(false)} />
    </div>
  )
}

function useColumns(): Column<Camera>[] {
  const t = useTexts(texts)
  return [
    { key: 'name', title: t.name, cell: (camera) => <NameAndAddress camera={camera} /> },
    {
      key: 'state',
      title: t.state,
      cell: (camera) => (
        <div className="cameras-state">
          <CameraBadge camera={camera} />
          <CameraTrouble camera={camera} isAdministrator />
        </div>
      ),
    },
    { key: 'figures', title: t.figures, cell: (camera) => <Figures camera={camera} /> },
    {
      key: 'lastPicture',
      title: t.lastPicture,
      cell: ({ last_frame_at: at }) => <span className="number">{at === null ? '–' : dateTimeSeconds(at)}</span>,
    },
    { key: 'signs', title: t.signs, isNumber: true, cell: ({ signs }) => count(signs) },
    { key: 'audience', title: t.audience, cell: ({ audience }) => t[audience] },
    { key: 'enabled', title: t.enabled, cell: (camera) => <EnabledSwitch camera={camera} /> },
    { key: 'actions', title: t.actions, isTitleHidden: true, cell: (camera) => <CameraActions camera={camera} /> },
  ]
}

function NameAndAddress({ camera: { name, url, has_credentials } }: { camera: Camera }) {
  const t = useTexts(texts)
  return (
    <div className="cameras-name">
      <span>{name}</span>
      <code className="muted">{url}</code>
      {has_credentials ? <span className="muted">{t.hasCredentials}</span> : null}
    </div>
  )
}

function Figures({ camera: { state, fps, latency, width, height, frames_dropped } }: { camera: Camera }) {
  const t = useTexts(texts)
  const words = useTexts(cameraTexts)
  if (state !== 'live') return '–'
  return (
    <div className="cameras-figures number">
      <span>
        {words.fpsValue(fps.toFixed(1))}
        {latency === null ? '' : ` · ${words.latencyValue(Math.round(latency * 1000))}`}
      </span>
      <span className="muted">
        {width} × {height}
        {frames_dropped === 0 ? '' : ` · ${t.dropped(count(frames_dropped))}`}
      </span>
    </div>
  )
}
