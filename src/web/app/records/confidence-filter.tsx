import { Slider } from 'antd'
import { useEffect, useState } from 'react'
import type { FilterChange, RecordFilters } from '../filters/record-filters.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

interface Props {
  labelId: string
  filters: RecordFilters
  onChange: (change: FilterChange) => void
}

/** Whole percents from and to; the ends of the scale are no filter. */
export function ConfidenceFilter({ labelId, filters, onChange }: Props) {
  const t = useTexts(texts)
  const { min_confidence: least = 0, max_confidence: most = 1 } = filters
  const [drawn, setDrawn] = useState([least, most])
  useEffect(() => setDrawn([least, most]), [least, most])
  const [from = 0, to = 1] = drawn
  return (
    <div className="filter-confidence">
      <Slider
        range
        ariaLabelForHandle={[t.confidenceFrom, t.confidenceTo]}
        min={0}
        max={100}
        value={drawn.map((share) => Math.round(share * 100))}
        tooltip={{ open: false }}
        onChange={(values) => setDrawn(values.map((value) => value / 100))}
        onChangeComplete={([low = 0, high = 100]) =>
          onChange({
            min_confidence: low > 0 ? low / 100 : undefined,
            max_confidence: high < 100 ? high / 100 : undefined,
          })
        }
      />
      <output className="number" aria-labelledby={labelId}>
        {`${Math.round(from * 100)}–${Math.round(to * 100)}%`}
      </output>
    </div>
  )
}
