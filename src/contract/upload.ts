import { type Static, Type } from 'typebox'
import { Bytes, Nullable, Percent, Seconds } from './primitives.ts'

/** A file the server holds for its uploader; `file_path` is what `start_detection` takes. */
export const Upload = Type.Object({
  upload_id: Type.String(),
  file_path: Type.String({ description: '/uploads/…, a name for start_detection and not a place on a disk' }),
  file_name: Type.String(),
  file_size: Bytes,
  sha256: Type.String(),
  media_type: Type.String(),
  width: Type.Integer({ description: 'pixels, upright' }),
  height: Type.Integer({ description: 'pixels, upright' }),
  duration: Nullable(Seconds),
})
export type Upload = Static<typeof Upload>

export const FileUploadProgress = Type.Object({
  upload_id: Type.String(),
  file_name: Type.String(),
  received: Bytes,
  total: Nullable(Bytes),
  progress: Percent,
})
export type FileUploadProgress = Static<typeof FileUploadProgress>
