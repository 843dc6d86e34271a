import { LoadingOutlined } from '@ant-design/icons'
import { Alert } from 'antd'
import { useEffect, useState } from 'react'
import { seconds } from '../../language/format.ts'
import { useTexts } from '../../language/texts.ts'
import { texts } from './texts.ts'

/** A model is being loaded: nobody knows how long that takes, but that it goes on can be seen. */
export function SwitchProgress({ title }: { title: string }) {
  const t = useTexts(texts)
  const elapsedS = useElapsedSeconds()
  return (
    <Alert
      type="info"
      showIcon
      icon={<LoadingOutlined />}
      title={<span className="number">{t.loading(title, seconds(elapsedS))}</span>}
      description={t.loadingHelp}
    />
  )
}

function useElapsedSeconds(): number {
  const [startedMs] = useState(Date.now)
  const [nowMs, setNowMs] = useState(startedMs)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 200)
    return () => clearInterval(timer)
  }, [])
  return (nowMs - startedMs) / 1000
}
