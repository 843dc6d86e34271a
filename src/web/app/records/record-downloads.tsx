import { DownloadOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { Record } from '../../../contract/index.ts'
import { useTexts } from '../language/texts.ts'
import { exportHref } from './export-href.ts'
import { texts } from './texts.ts'
import { VideoDownloads } from './video-downloads.tsx'

/** Everything that is kept of a record, to take away. */
export function RecordDownloads({ record }: { record: Record }) {
  const t = useTexts(texts)
  const { source_image_url: original, result_image_url: drawn, file_name: name, record_id: id } = record
  if (record.detection_type === 'video') return <VideoDownloads record={record} />
  const json = exportHref({ format: 'json', hasPictures: false, what: { ids: [id] } })
  return (
    <section className="panel no-print" aria-labelledby="downloads-title">
      <h2 id="downloads-title">{t.downloads}</h2>
      <div className="row record-downloads">
        {original === null ? null : (
          <Button icon={<DownloadOutlined aria-hidden="true" />} href={original} download={name}>
            {t.original}
          </Button>
        )}
        {drawn === null ? null : (
          <Button
            icon={<DownloadOutlined aria-hidden="true" />}
            href={drawn}
            download={`${name.replace(/\.[^.]*$/, '')}.detected.jpg`}
          >
            {t.drawn}
          </Button>
        )}
        <Button icon={<DownloadOutlined aria-hidden="true" />} href={json} download>
          JSON
        </Button>
      </div>
    </section>
  )
}
