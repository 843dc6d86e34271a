import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { Record } from '../../../contract/index.ts'
import { useLanguage } from '../language/language.ts'
import { useTexts } from '../language/texts.ts'
import { texts } from './texts.ts'

/** A video and its signs by time, to take away. */
export function VideoDownloads({ record }: { record: Record }) {
  const t = useTexts(texts)
  const language = useLanguage()
  const { source_image_url: original, result_video_url: drawn, file_name: name, record_id: id } = record
  const stem = name.replace(/\.[^.]*$/, '')
  const tracks = (format: string) => `/api/detections/${id}/tracks.${format}?lang=${language}`
  const files = [
    { text: t.originalVideo, href: original, as: name },
    { text: t.drawnVideo, href: drawn, as: `${stem}.detected.mp4` },
    { text: t.signsCsv, href: tracks('csv'), as: `${stem}.csv` },
    { text: 'JSON', href: tracks('json'), as: `${stem}.json` },
    { text: t.chapters, href: tracks('vtt'), as: `${stem}.vtt` },
  ]
  return (
    <section className="panel no-print" aria-labelledby="downloads-title">
      <h2 id="downloads-title">{t.downloads}</h2>
      <div className="row record-downloads">
        {files.map(({ text, href, as }) =>
          href === null ? null : (
            <Button key={as} icon={<DownloadOutlined aria-hidden="true" />} href={href} download={as}>
              {text}
            </Button>
          ),
        )}
      </div>
    </section>
  )
}
