import { useQuery } from '@tanstack/react-query'
import { Alert, Segmented, Switch } from 'antd'
import { useMemo, useState } from 'react'
import type { Record } from '../../../contract/index.ts'
import { Failure } from '../frame/failure.tsx'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTexts } from '../language/texts.ts'
import { SignTimeline } from './sign-timeline.tsx'
import { texts } from './texts.ts'
import { type TrackedSign, trackedSigns, tracksQuery, useInSight } from './tracked-sign.ts'
import { TrackedSignList } from './tracked-sign-list.tsx'
import { type Player, usePlayer } from './use-player.ts'
import './video.css'
import { VideoStage } from './video-stage.tsx'

interface Props {
  record: Record
  /** What stands below the signs. */
  children: React.ReactNode
}

/** The player over the timeline of signs, beside the signs; each leads to the others. */
export function VideoView({ record, children }: Props) {
  const t = useTexts(texts)
  const player = usePlayer(record)
  const { data, error, refetch } = useQuery(tracksQuery(record.record_id))
  const [hasBoxes, setHasBoxes] = useState(true)
  const [activeId, setActiveId] = useState<number | null>(null)
  const signs = useMemo(() => trackedSigns(record), [record])
  const inSight = useInSight(signs, player.clock)
  const jump = (sign: TrackedSign) => {
    setActiveId(sign.track_id)
    player.jump(sign.best_time)
  }
  usePlayerKeys(player, signs, jump, () => setHasBoxes((has) => !has))
  const marks = { activeId, onActive: setActiveId }
  return (
    <div className="record-view video-view">
      <div className="video-desk">
        <SourceNotice player={player} />
        <VideoStage {...{ record, player, hasBoxes }} {...marks} tracks={data?.tracks ?? []} />
        <PlayerBar {...{ player, hasBoxes }} onHasBoxes={setHasBoxes} />
        {error === null ? null : <Failure error={error} onRetry={() => void refetch()} />}
        <SignTimeline
          {...{ signs, inSight }}
          {...marks}
          clock={player.clock}
          durationS={record.duration ?? data?.duration ?? 0}
          onJump={jump}
          onSeek={player.jump}
        />
      </div>
      <aside className="record-side">
        <section className="panel" aria-labelledby="signs-title">
          <h2 id="signs-title">{t.signs(signs.length)}</h2>
          <TrackedSignList {...{ signs, inSight }} {...marks} onChoose={jump} />
        </section>
        {children}
      </aside>
    </div>
  )
}

/** Says so where this browser cannot play what was meant. */
function SourceNotice({ player: { unplayable, source } }: { player: Player }) {
  const t = useTexts(texts)
  if (unplayable.size === 0) return null
  if (source === null) return <Alert type="warning" showIcon title={t.neitherPlays} description={t.neitherPlaysHelp} />
  return <Alert type="info" showIcon title={source.name === 'drawn' ? t.originalDoesNotPlay : t.drawnDoesNotPlay} />
}

interface BarProps {
  player: Player
  hasBoxes: boolean
  onHasBoxes: (has: boolean) => void
}

function PlayerBar({ player, hasBoxes, onHasBoxes }: BarProps) {
  const t = useTexts(texts)
  const { source, sources, unplayable, choose } = player
  const isDrawn = source?.name === 'drawn'
  const options = sources.map((value) => ({ value, label: t[value], disabled: unplayable.has(value) }))
  return (
    <div className="row player-bar no-print">
      <label className="row" htmlFor="video-boxes">
        {t.boxes}
        <Switch
          id="video-boxes"
          size="small"
          checked={hasBoxes || isDrawn}
          disabled={isDrawn || source === null}
          onChange={onHasBoxes}
        />
      </label>
      {options.length > 1 && source !== null ? (
        <Segmented aria-label={t.source} size="small" value={source.name} options={options} onChange={choose} />
      ) : null}
      <span className="muted mouse-hint">{t.keysHint}</span>
    </div>
  )
}

function usePlayerKeys(
  player: Player,
  signs: readonly TrackedSign[],
  jump: (sign: TrackedSign) => void,
  toggleBoxes: () => void,
): void {
  const t = useTexts(texts)
  const { clock } = player
  // A little apart, so that the next one is not the one that is shown.
  const byTime = useMemo(() => signs.toSorted((a, b) => a.best_time - b.best_time), [signs])
  const toSign = (sign: TrackedSign | undefined) => sign !== undefined && jump(sign)
  useShortcuts(t.player, [
    { key: ' ', text: t.keyPlay, run: player.toggle },
    { key: 'ArrowLeft', text: t.keyBack, run: () => player.move(-1) },
    { key: 'ArrowRight', text: t.keyOn, run: () => player.move(1) },
    { key: ',', text: t.keyFrameBack, run: () => player.step(-1) },
    { key: '.', text: t.keyFrameOn, run: () => player.step(1) },
    { key: '[', text: t.keySignBack, run: () => toSign(byTime.findLast((sign) => sign.best_time < clock.timeS - 0.1)) },
    { key: ']', text: t.keySignOn, run: () => toSign(byTime.find((sign) => sign.best_time > clock.timeS + 0.1)) },
    { key: 'b', text: t.boxes, run: toggleBoxes },
  ])
}
