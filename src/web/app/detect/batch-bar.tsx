import { App, Button, Progress, Slider, Switch } from 'antd'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { describeError } from '../server/error-texts.ts'
import { type Card, canRetry, isUnderWay } from './card.ts'
import { texts } from './texts.ts'
import { batch } from './use-batch.ts'

interface Props {
  cards: readonly Card[]
  /** 0 to 1: signs below it are not shown. */
  shownFrom: number
  hasBoxes: boolean
  onShownFrom: (value: number) => void
  onHasBoxes: (has: boolean) => void
}

/** All files at once: how far they are, what is shown of them, and what can be done with them. */
export function BatchBar({ cards, shownFrom, hasBoxes, onShownFrom, onHasBoxes }: Props) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { message } = App.useApp()
  const run = (work: Promise<void>) => {
    work.catch((err: unknown) => void message.error(describeError(err, language).what))
  }
  const ended = cards.filter((card) => !isUnderWay(card)).length
  return (
    <section className="batch-bar panel" aria-label={t.cards}>
      <div className="batch-progress">
        <span>
          {cards.some(({ video }) => video !== null)
            ? t.summaryOfFiles(cards.length, ended)
            : t.summary(cards.length, ended)}
        </span>
        <Progress
          percent={Math.round((100 * cards.reduce((sum, card) => sum + shareOf(card), 0)) / cards.length)}
          showInfo={false}
          size="small"
          aria-label={t.cards}
        />
      </div>
      <div className="batch-shown">
        <span id="shown-label">{t.shown}</span>
        <Slider
          ariaLabelledByForHandle="shown-label"
          min={0}
          max={100}
          value={Math.round(shownFrom * 100)}
          tooltip={{ open: false }}
          onChange={(value) => onShownFrom(value / 100)}
        />
        <output className="number">{Math.round(shownFrom * 100)}%</output>
      </div>
      <label className="row" htmlFor="has-boxes">
        {t.boxes}
        <Switch id="has-boxes" size="small" checked={hasBoxes} onChange={onHasBoxes} />
      </label>
      <div className="row batch-actions">
        <Button disabled={!cards.some(isUnderWay)} onClick={() => run(batch.cancelAll())}>
          {t.cancelAll}
        </Button>
        <Button disabled={!cards.some(canRetry)} onClick={() => run(batch.retryAll())}>
          {t.retryAll}
        </Button>
        <Button disabled={ended === 0} onClick={() => batch.dismissEnded()}>
          {t.clearEnded}
        </Button>
      </div>
    </section>
  )
}

/** 0 to 1. An upload counts as a tenth of the way. */
function shareOf({ phase }: Card): number {
  switch (phase.kind) {
    case 'waiting':
      return 0
    case 'uploading':
      return phase.share * 0.1
    case 'queued':
      return 0.1
    case 'processing':
      return 0.1 + 0.9 * (phase.progress.percent / 100)
    default:
      return 1
  }
}
