import { Segmented, Slider, Switch } from 'antd'
import { useTexts } from '../language/texts.ts'
import type { DetectOptions } from './card.ts'
import { texts } from './texts.ts'
import { VideoOptions } from './video-options.tsx'

interface Props {
  options: DetectOptions
  onChange: (options: DetectOptions) => void
}

/** On a phone the options stand back, so that the photos are seen. */
const isNarrow = matchMedia('(max-width: 760px)').matches

/** What is asked of the next photos and videos. */
export function OptionsForm({ options, onChange }: Props) {
  const t = useTexts(texts)
  const { mode, confidenceThreshold, savesResult } = options
  const modes = (['fast', 'balanced', 'accurate', 'max'] as const).map((value) => ({ value, label: t[value] }))
  return (
    <details className="options-form" open={!isNarrow}>
      <summary>
        {t.options}
        <span className="muted">
          {t[mode]} · {Math.round(confidenceThreshold * 100)}%
        </span>
      </summary>
      <div className="option">
        <span id="mode-label">{t.mode}</span>
        <Segmented
          aria-labelledby="mode-label"
          block
          name="mode"
          value={mode}
          options={modes}
          onChange={(value) => onChange({ ...options, mode: value })}
        />
        <p className="muted option-help">{t[`help_${mode}`]}</p>
      </div>
      <VideoOptions {...{ options, onChange }} />
      <div className="option">
        <span className="option-line">
          <span id="threshold-label">{t.threshold}</span>
          <output className="number">{Math.round(confidenceThreshold * 100)}%</output>
        </span>
        <Slider
          ariaLabelledByForHandle="threshold-label"
          min={5}
          max={95}
          step={5}
          value={Math.round(confidenceThreshold * 100)}
          tooltip={{ open: false }}
          onChange={(value) => onChange({ ...options, confidenceThreshold: value / 100 })}
        />
        <p className="muted option-help">{t.thresholdHelp}</p>
      </div>
      <div className="option">
        <span className="option-line">
          <label htmlFor="saves-result">{t.save}</label>
          <Switch
            id="saves-result"
            checked={savesResult}
            onChange={(checked) => onChange({ ...options, savesResult: checked })}
          />
        </span>
        <p className="muted option-help">{t.saveHelp}</p>
      </div>
    </details>
  )
}
