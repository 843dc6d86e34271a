import { lazy, Suspense } from 'react'
import type { Record } from '../../../contract/index.ts'
import { Loading } from '../frame/loading.tsx'
import { PictureView } from './picture-view.tsx'
import { PrintedPicture } from './printed-picture.tsx'
import { RecordDownloads } from './record-downloads.tsx'
import { RecordFacts } from './record-facts.tsx'
import { ReviewMark } from './review-mark.tsx'

const VideoView = lazy(async () => ({ default: (await import('../video/video-view.tsx')).VideoView }))
const LiveRecordView = lazy(async () => ({ default: (await import('../video/live-record-view.tsx')).LiveRecordView }))

/** What was seen, as it is best looked at: a picture to zoom into, a video to play, or the signs of a camera. */
export function RecordView({ record }: { record: Record }) {
  const below = (
    <>
      <ReviewMark record={record} />
      <RecordDownloads record={record} />
      <RecordFacts record={record} />
    </>
  )
  if (record.detection_type === 'image') return <PictureView record={record}>{below}</PictureView>
  const View = record.detection_type === 'video' ? VideoView : LiveRecordView
  return (
    <Suspense fallback={<Loading />}>
      <PrintedMoment record={record} />
      <View record={record}>{below}</View>
    </Suspense>
  )
}

/** On paper, a picture stands for what moves. */
function PrintedMoment({
  record: { result_image_url: url, file_name, width, height, detection_type },
}: {
  record: Record
}) {
  if (url === null || detection_type !== 'video') return null
  return <PrintedPicture {...{ url, width, height }} alt={file_name} boxes={[]} />
}
