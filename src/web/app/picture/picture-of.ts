import type { Record } from '../../../contract/index.ts'

/** What every browser shows. Others (TIFF) are shown by the picture that was drawn of them. */
const SHOWN_TYPES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'])

/** The best picture of a record there is: the original, else the drawn one, whose boxes cannot be switched off. */
export function pictureOf(record: Record): { url: string | null; hasDrawnBoxes: boolean } {
  const { source_image_url, result_image_url, thumbnail_url, media_type } = record
  if (source_image_url !== null && SHOWN_TYPES.has(media_type)) return { url: source_image_url, hasDrawnBoxes: false }
  return { url: result_image_url ?? thumbnail_url, hasDrawnBoxes: true }
}
