import { Segmented, Select, Slider } from 'antd'
import { useTexts } from '../language/texts.ts'
import type { CameraChoice, CameraWish } from './camera.ts'
import type { LiveOptions } from './live-session.ts'
import { texts } from './texts.ts'

interface Props {
  wish: CameraWish
  options: LiveOptions
  cameras: readonly MediaDeviceInfo[]
  /** What the session was begun with stays as it is. */
  isOn: boolean
  onWish: (wish: CameraWish) => void
  onOptions: (options: LiveOptions) => void
}

const LINES = [480, 720, 1080]
const MODES = ['fast', 'balanced', 'accurate'] as const
const FACINGS = ['environment', 'user'] as const
const isTouched = matchMedia('(pointer: coarse)').matches

/** Which camera, and how closely it is looked at. */
export function LiveForm({ wish, options, cameras, isOn, onWish, onOptions }: Props) {
  const t = useTexts(texts)
  const { mode, confidenceThreshold } = options
  const facings = isTouched ? FACINGS.map((value) => ({ value, label: t[value] })) : [{ value: '', label: t.usual }]
  const devices = cameras.map(({ deviceId: value, label }) => ({ value, label }))
  return (
    <section className="panel live-form" aria-labelledby="camera-title">
      <h2 id="camera-title">{t.camera}</h2>
      <div>
        <label htmlFor="live-camera">{t.thisDevice}</label>
        <Select
          id="live-camera"
          value={keyOf(wish.camera)}
          options={[...facings, ...devices]}
          onChange={(value) => onWish({ ...wish, camera: choiceOf(value) })}
        />
      </div>
      <div>
        <label htmlFor="live-lines">{t.resolution}</label>
        <Select
          id="live-lines"
          value={wish.lines}
          options={LINES.map((value) => ({ value, label: t[`lines_${value as 480}`] }))}
          onChange={(lines) => onWish({ ...wish, lines })}
        />
      </div>
      <div>
        <span id="live-mode">{t.mode}</span>
        <Segmented
          aria-labelledby="live-mode"
          block
          name="live-mode"
          disabled={isOn}
          value={mode}
          options={MODES.map((value) => ({ value, label: t[value] }))}
          onChange={(value) => onOptions({ ...options, mode: value })}
        />
        <p className="muted live-help">{t[`help_${mode as 'fast'}`]}</p>
      </div>
      <div>
        <span className="live-line">
          <span id="live-threshold">{t.threshold}</span>
          <output className="number">{Math.round(confidenceThreshold * 100)}%</output>
        </span>
        <Slider
          ariaLabelledByForHandle="live-threshold"
          disabled={isOn}
          min={5}
          max={95}
          step={5}
          value={Math.round(confidenceThreshold * 100)}
          tooltip={{ open: false }}
          onChange={(value) => onOptions({ ...options, confidenceThreshold: value / 100 })}
        />
      </div>
    </section>
  )
}

function keyOf(camera: CameraChoice): string {
  if (camera === null) return ''
  return 'facing' in camera ? camera.facing : camera.deviceId
}

function choiceOf(value: string): CameraChoice {
  if (value === '') return null
  const facing = FACINGS.find((known) => known === value)
  return facing === undefined ? { deviceId: value } : { facing }
}
