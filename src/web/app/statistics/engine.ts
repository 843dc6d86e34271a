import { BarChart, LineChart } from 'echarts/charts'
import {
  AriaComponent,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  TitleComponent,
  TooltipComponent,
} from 'echarts/components'
import { init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, LineChart, CanvasRenderer])
use([AriaComponent, DataZoomComponent, GridComponent, LegendComponent, TitleComponent, TooltipComponent])

/** ECharts with as much of it as these charts use. */
export { init }
