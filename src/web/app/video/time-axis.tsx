import { clock } from '../language/format.ts'

const STEPS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600]
const LEAST_PX = 64

/** Times along the timeline, as many as have room. */
export function TimeAxis({ durationS, perSecond }: { durationS: number; perSecond: number }) {
  const step = STEPS_S.find((seconds) => seconds * perSecond >= LEAST_PX) ?? 7200
  const times = Array.from({ length: Math.floor(durationS / step) + 1 }, (_, i) => i * step)
  return (
    <div className="time-axis number" aria-hidden="true">
      {times
        .filter((time) => time === 0 || (durationS - time) * perSecond > LEAST_PX / 2)
        .map((time) => (
          <span key={time} style={{ left: time * perSecond }}>
            {clock(time)}
          </span>
        ))}
    </div>
  )
}
