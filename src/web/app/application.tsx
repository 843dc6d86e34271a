import { LoadingOutlined } from '@ant-design/icons'
import { QueryClientProvider } from '@tanstack/react-query'
import { App, ConfigProvider } from 'antd'
import en from 'antd/locale/en_US'
import zh from 'antd/locale/zh_CN'
import { useEffect } from 'react'
import { RouterProvider } from 'react-router'
import { antTheme } from './frame/ant-theme.ts'
import { SessionGate } from './frame/session-gate.tsx'
import { useIsDark } from './frame/theme.ts'
import { useLanguage } from './language/language.ts'
import { router } from './routes.tsx'
import { queries } from './server/queries.ts'
import { begin } from './server/session.ts'

/** Notices that open by themselves cover nothing of the bar: `--bar-height` and a little. */
const BELOW_BAR_PX = 64

export function Application() {
  const language = useLanguage()
  const isDark = useIsDark()
  useEffect(() => void begin(), [])
  return (
    <ConfigProvider
      theme={antTheme(isDark)}
      locale={language === 'en' ? en : zh}
      // What a button is called stays the same while it works: neither a space within two Chinese characters nor the
      // turning icon, which antd may leave behind, are part of what is read out.
      button={{ autoInsertSpace: false, loadingIcon: <LoadingOutlined aria-hidden /> }}
    >
      <App component={false} notification={{ top: BELOW_BAR_PX }}>
        <QueryClientProvider client={queries}>
          <SessionGate>
            <RouterProvider router={router} />
          </SessionGate>
        </QueryClientProvider>
      </App>
    </ConfigProvider>
  )
}
