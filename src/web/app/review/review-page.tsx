import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Link, Navigate, useParams, useSearchParams } from 'react-router'
import { Failure } from '../frame/failure.tsx'
import { Loading } from '../frame/loading.tsx'
import { useTitle } from '../frame/use-title.ts'
import { useTexts } from '../language/texts.ts'
import { readQueueSearch } from './queue-search.ts'
import './review.css'
import { recordQuery } from '../server/records.ts'
import { ReviewEditor } from './review-editor.tsx'
import { reviewQuery } from './review-queries.ts'
import { texts } from './texts.ts'

/** One record of the queue that the address names. */
export function ReviewPage() {
  const t = useTexts(texts)
  const id = Number(useParams().id)
  const [params] = useSearchParams()
  const search = useMemo(() => readQueueSearch(params), [params])
  const record = useQuery(recordQuery(id))
  const review = useQuery(reviewQuery(id))
  useTitle(record.data === undefined ? t.title : `${t.title} ${record.data.file_name}`)
  // A review is drawn on a picture.
  if (record.data !== undefined && record.data.detection_type !== 'image')
    return <Navigate to={`/records/${id}`} replace />
  if (record.data !== undefined && review.data !== undefined) {
    return <ReviewEditor key={id} record={record.data} review={review.data} search={search} />
  }
  const error = record.error ?? review.error
  if (error === null) return <Loading />
  return (
    <div className="page">
      <h1>{t.title}</h1>
      <Failure error={error} onRetry={() => void Promise.all([record.refetch(), review.refetch()])} />
      <Link to="/review">{t.toQueue}</Link>
    </div>
  )
}
