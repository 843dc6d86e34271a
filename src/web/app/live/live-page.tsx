import { useState } from 'react'
import { useShortcuts } from '../frame/shortcuts.ts'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import type { CameraWish } from './camera.ts'
import './live.css'
import { LiveBar } from './live-bar.tsx'
import { LiveForm } from './live-form.tsx'
import { LiveNotice } from './live-notice.tsx'
import type { LiveOptions } from './live-session.ts'
import { LiveSigns } from './live-signs.tsx'
import { LiveStage } from './live-stage.tsx'
import { LiveTabs } from './live-tabs.tsx'
import { texts } from './texts.ts'
import { useLive } from './use-live.ts'

const isTouched = matchMedia('(pointer: coarse)').matches

/** The camera of this device, and the signs that are seen in it, as they are seen. */
export function LivePage() {
  const t = useTexts(texts)
  useTitle(t.title)
  const live = useLive()
  const { kind } = live.state.phase
  const [wish, setWish] = useState<CameraWish>({ camera: isTouched ? { facing: 'environment' } : null, lines: 720 })
  const [options, setOptions] = useState<LiveOptions>({ mode: 'fast', confidenceThreshold: 0.5 })
  const isOn = kind === 'live' || kind === 'starting' || kind === 'stopping'
  const toggle = () => {
    if (kind === 'live') void live.stop()
    else if (!isOn) void live.start(wish, options)
  }
  useShortcuts(t.title, [{ key: 's', text: t.startOrStop, run: toggle }])
  return (
    <div className="page live">
      <h1 className="visually-hidden">{t.title}</h1>
      <LiveTabs current="device" />
      <div className="live-desk">
        <LiveNotice phase={live.state.phase} problem={live.problem} />
        <LiveStage live={live} />
        <LiveBar state={live.state} onToggle={toggle} />
      </div>
      <aside className="live-side">
        <LiveForm
          {...{ wish, options, isOn }}
          cameras={live.cameras}
          onOptions={setOptions}
          onWish={(next) => {
            setWish(next)
            if (kind === 'live') void live.change(next)
          }}
        />
        <LiveSigns state={live.state} />
      </aside>
    </div>
  )
}
