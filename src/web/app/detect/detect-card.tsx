import { App, Button } from 'antd'
import { memo, type ReactNode } from 'react'
import { bytes } from '../language/format.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { describeError } from '../server/error-texts.ts'
import { type Card, canRetry, isUnderWay } from './card.ts'
import { CardResult } from './card-result.tsx'
import { CardSteps } from './card-steps.tsx'
import { texts } from './texts.ts'
import { batch } from './use-batch.ts'
import { VideoResult } from './video-result.tsx'

interface Props {
  card: Card
  shownFrom: number
  hasBoxes: boolean
  onOpen: (key: string) => void
}

/** One photo or video. As tall in every phase, so that nothing on the page moves when results arrive. */
export const DetectCard = memo(function DetectCard({ card, shownFrom, hasBoxes, onOpen }: Props) {
  const t = useTexts(texts)
  const { fileName, fileSize, phase, video } = card
  return (
    <li className="detect-card panel" data-kind={phase.kind} data-task={card.taskId}>
      {phase.kind !== 'success' ? (
        <CardBody card={card} />
      ) : video !== null ? (
        <VideoResult record={phase.record} loss={video.loss} shownFrom={shownFrom} />
      ) : (
        <CardResult record={phase.record} {...{ shownFrom, hasBoxes }} onOpen={() => onOpen(card.key)} />
      )}
      <footer className="detect-card-foot">
        <span className="detect-card-name" title={fileName}>
          {fileName}
        </span>
        <span className="muted number detect-card-size">{bytes(fileSize)}</span>
        <CardActions card={card} />
      </footer>
      <span className="visually-hidden">{t[phase.kind]}</span>
    </li>
  )
})

function CardBody({ card }: { card: Card }): ReactNode {
  const t = useTexts(texts)
  const language = useLanguage()
  const { phase } = card
  if (phase.kind === 'failed') {
    const { what, next, code } = describeError(phase.error, language)
    return (
      <div className="detect-card-body detect-card-failure" role="alert">
        <strong>{what}</strong>
        <p>{next}</p>
        <code className="muted">{code}</code>
      </div>
    )
  }
  if (phase.kind === 'cancelled') {
    return (
      <div className="detect-card-body">
        <strong>{t.cancelled}</strong>
        <p className="muted">{t.cancelledHelp}</p>
      </div>
    )
  }
  return <CardSteps card={card} />
}

function CardActions({ card }: { card: Card }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { message } = App.useApp()
  const { key, fileName } = card
  const run = (work: Promise<void>) => {
    work.catch((err: unknown) => void message.error(describeError(err, language).what))
  }
  return (
    <span className="row detect-card-actions">
      {canRetry(card) ? (
        <Button size="small" aria-label={t.retryOf(fileName)} onClick={() => run(batch.retry(key))}>
          {t.retry}
        </Button>
      ) : null}
      {isUnderWay(card) ? (
        <Button size="small" aria-label={t.cancelOf(fileName)} onClick={() => run(batch.cancel(key))}>
          {t.cancel}
        </Button>
      ) : (
        <Button size="small" type="text" aria-label={t.dismissOf(fileName)} onClick={() => batch.dismiss(key)}>
          {t.dismiss}
        </Button>
      )}
    </span>
  )
}
