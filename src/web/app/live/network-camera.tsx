import { Link } from 'react-router'
import type { Camera, CameraSign } from '../../../contract/index.ts'
import { CameraFigures } from '../cameras/camera-figures.tsx'
import { CameraBadge, CameraTrouble } from '../cameras/camera-state.tsx'
import { cameraRecordsHref } from '../cameras/records-href.ts'
import { confidence, dateTimeSeconds, time } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import { texts as pictureTexts } from '../picture/texts.ts'
import { keyOfSign } from '../server/cameras.ts'
import { useMe } from '../server/session.ts'
import { texts } from './texts.ts'

/** One camera that the server watches: how it does, and what it has seen of late. */
export function NetworkCamera({ camera }: { camera: Camera }) {
  const t = useTexts(texts)
  const { role } = useMe()
  const { camera_id: id, name, latest_signs: signs } = camera
  return (
    <section className="panel network-camera" aria-labelledby={id} data-state={camera.state}>
      <div className="network-camera-head">
        <h2 id={id} className="wrap">
          {name}
        </h2>
        <CameraBadge camera={camera} />
      </div>
      <CameraTrouble camera={camera} isAdministrator={role === 'administrator'} />
      <CameraFigures camera={camera} />
      <h3>{t.seenOfLate}</h3>
      {signs.length === 0 ? <p className="muted">{t.nothingSeen}</p> : null}
      <ol className="network-signs">
        {signs.map((seen) => (
          <SeenSign key={keyOfSign(seen)} seen={seen} />
        ))}
      </ol>
      {/* Records belong to whoever registered the camera: others see them from analyst on. */}
      {role === 'user' ? null : <Link to={cameraRecordsHref(camera)}>{t.recordsOf(name)}</Link>}
    </section>
  )
}

function SeenSign({ seen: { sign, time: at, crop_url } }: { seen: CameraSign }) {
  const nameOf = useSignName()
  const categories = useTexts(pictureTexts)
  return (
    <li data-category={sign.category}>
      {crop_url === null ? (
        <span className="category-dot" />
      ) : (
        <img src={crop_url} alt="" loading="lazy" decoding="async" />
      )}
      <span className="network-sign-name">
        <strong>{nameOf(sign)}</strong>
        <span className="muted">
          <code>{sign.class_code}</code> {categories[sign.category]}
        </span>
      </span>
      <span className="network-sign-end number">
        {confidence(sign.confidence)}
        <time className="muted" dateTime={at} title={dateTimeSeconds(at)}>
          {time(at)}
        </time>
      </span>
    </li>
  )
}
