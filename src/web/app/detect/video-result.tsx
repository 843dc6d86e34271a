import { PlayCircleFilled } from '@ant-design/icons'
import { Alert } from 'antd'
import { Link } from 'react-router'
import type { Record } from '../../../contract/index.ts'
import { clock, confidence, length, seconds } from '../language/format.ts'
import { useTexts } from '../language/texts.ts'
import { useSignName } from '../picture/sign-names.ts'
import type { VideoCourse } from './card.ts'
import { texts } from './texts.ts'

interface Props {
  record: Record
  loss: VideoCourse['loss']
  shownFrom: number
}

/** What came of a video: its poster, which leads to the player, and each physical sign once. */
export function VideoResult({ record, loss, shownFrom }: Props) {
  const t = useTexts(texts)
  const { record_id: id, result_image_url, thumbnail_url, duration, file_name: name } = record
  const poster = result_image_url ?? thumbnail_url
  const shown = record.detections.filter((sign) => sign.confidence >= shownFrom)
  return (
    <div className="detect-card-body detect-card-result" data-record={id}>
      <Link className="detect-card-picture video-poster" to={`/records/${id}`}>
        <span className="visually-hidden">{t.playVideo(name)}</span>
        {poster === null ? null : <img src={poster} alt="" loading="lazy" decoding="async" />}
        <PlayCircleFilled className="video-play" aria-hidden="true" />
        {duration === null ? null : <span className="video-duration number">{length(duration)}</span>}
      </Link>
      {loss === null ? null : <Alert className="video-loss" type="warning" showIcon banner title={lossText(loss, t)} />}
      <p className="muted card-times number">
        {shown.length === 0 ? t.noSigns : t.signsFound(shown.length)} · {t.took(seconds(record.processing_time))}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and keys must be able to */}
      <div className="detect-card-signs" tabIndex={0}>
        <VideoSigns signs={shown} />
      </div>
    </div>
  )
}

function VideoSigns({ signs }: { signs: Record['detections'] }) {
  const nameOf = useSignName()
  return (
    <ol className="video-signs">
      {signs.map((sign, index) => (
        <li key={sign.track?.track_id ?? index} data-category={sign.category}>
          {sign.track?.crop_url == null ? (
            <span className="category-dot" />
          ) : (
            <img src={sign.track.crop_url} alt="" width="28" height="28" loading="lazy" decoding="async" />
          )}
          <span className="sign-list-name">{nameOf(sign)}</span>
          <code className="muted">{sign.class_code}</code>
          {sign.track === undefined ? null : <span className="muted number">{clock(sign.track.first_time)}</span>}
          <span className="number">{confidence(sign.confidence)}</span>
        </li>
      ))}
    </ol>
  )
}

function lossText({ frames, message }: NonNullable<VideoCourse['loss']>, t: (typeof texts)['en']): string {
  return frames > 0 || message === null ? t.partWasRead(frames) : `${t.partWasRead(0)} ${message}`
}
