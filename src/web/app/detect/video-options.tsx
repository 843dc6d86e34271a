import { useTexts } from '../language/texts.ts'
import type { DetectOptions } from './card.ts'
import { FRAME_RATES } from './stored-options.ts'
import { texts } from './texts.ts'

interface Props {
  options: DetectOptions
  onChange: (options: DetectOptions) => void
}

const MODES = ['fast', 'balanced', 'accurate', 'max'] as const

/** What is asked of the next videos, where it differs from photos. */
export function VideoOptions({ options, onChange }: Props) {
  const t = useTexts(texts)
  return (
    <fieldset className="option video-options">
      <legend>{t.videos}</legend>
      <label>
        {t.videoMode}
        <select
          value={options.videoMode}
          onChange={({ target }) =>
            onChange({ ...options, videoMode: MODES.find((mode) => mode === target.value) ?? 'fast' })
          }
        >
          {MODES.map((mode) => (
            <option key={mode} value={mode}>
              {t[`video_${mode}`]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t.frameRate}
        <select
          value={options.frameRate ?? ''}
          onChange={({ target }) =>
            onChange({ ...options, frameRate: target.value === '' ? null : Number(target.value) })
          }
        >
          {FRAME_RATES.map((rate) => (
            <option key={rate} value={rate ?? ''}>
              {rate === null ? t.frameRateAuto : t.framesEachSecond(rate)}
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  )
}
