import { Form, InputNumber, Segmented, Slider, Switch } from 'antd'
import { useTexts } from '../../language/texts.ts'
import type { EnteredCamera } from './entered-camera.ts'
import { texts } from './texts.ts'

const MODES = ['fast', 'balanced', 'accurate', 'max'] as const

/** How closely a camera is looked at. Of a form of EnteredCamera. */
export function OptionFields() {
  const t = useTexts(texts)
  const percent = Form.useWatch('percent', Form.useFormInstance<EnteredCamera>())
  return (
    <>
      <Form.Item name="mode" label={t.mode} extra={t.modeHelp}>
        <Segmented
          block
          name="camera-mode"
          aria-label={t.mode}
          options={MODES.map((value) => ({ value, label: t[value] }))}
        />
      </Form.Item>
      <Form.Item
        name="percent"
        label={
          <span id="camera-threshold">
            {t.threshold} <span className="number">{percent}%</span>
          </span>
        }
      >
        <Slider ariaLabelledByForHandle="camera-threshold" min={5} max={95} step={5} tooltip={{ open: false }} />
      </Form.Item>
      <Form.Item name="frameRate" label={t.frameRate} extra={t.frameRateHelp}>
        <InputNumber min={0.2} max={30} placeholder={t.frameRateAuto} className="camera-frame-rate" />
      </Form.Item>
      <Form.Item name="savesResult" label={t.saveResult} valuePropName="checked" layout="horizontal">
        <Switch />
      </Form.Item>
    </>
  )
}
