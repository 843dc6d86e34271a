import { useQuery } from '@tanstack/react-query'
import { Skeleton } from 'antd'
import { Link } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { camerasQuery } from '../server/cameras.ts'
import { useMe } from '../server/session.ts'
import './live.css'
import { LiveTabs } from './live-tabs.tsx'
import { NetworkCamera } from './network-camera.tsx'
import './network-cameras.css'
import { texts } from './texts.ts'

/** The cameras that the server watches, as far as one may see them, and the signs that they see. */
export function NetworkCamerasPage() {
  const t = useTexts(texts)
  useTitle(t.tab_network)
  const { data, error, refetch } = useQuery(camerasQuery)
  return (
    <div className="page">
      <h1 className="visually-hidden">{t.tab_network}</h1>
      <LiveTabs current="network" />
      {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null ? <Skeleton active /> : null}
      {data?.items.length === 0 ? <NoCameras /> : null}
      <div className="network-cameras">
        {data?.items.map((camera) => (
          <NetworkCamera key={camera.camera_id} camera={camera} />
        ))}
      </div>
      <Newest />
    </div>
  )
}

function NoCameras() {
  const t = useTexts(texts)
  const { role } = useMe()
  return (
    <section className="panel network-cameras-empty">
      <h2>{t.noCameras}</h2>
      <p>{t.noCamerasHelp}</p>
      {role === 'administrator' ? (
        <Link to="/administration/cameras">{t.addCamera}</Link>
      ) : (
        <p className="muted">{t.askAdministrator}</p>
      )}
    </section>
  )
}

/** For those who hear what comes. */
function Newest() {
  const t = useTexts(texts)
  const nameOf = useSignName()
  const { data } = useQuery(camerasQuery)
  const newest = data?.items
    .flatMap(({ latest_signs }) => latest_signs.slice(0, 1))
    .reduce<(typeof data.items)[number]['latest_signs'][number] | null>(
      (last, sign) => (last === null || sign.time > last.time ? sign : last),
      null,
    )
  return (
    <p className="visually-hidden" role="status">
      {newest ? t.foundBy(newest.name, nameOf(newest.sign)) : ''}
    </p>
  )
}
