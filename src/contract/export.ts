import { type Static, Type } from 'typebox'
import { recordFilters } from './record.ts'

export const ExportFormat = Type.Enum(['csv', 'json', 'coco', 'yolo', 'label-studio'])
export type ExportFormat = Static<typeof ExportFormat>

/** The records that the filters let through, or those named, as one file to download. */
export const ExportQuery = Type.Object(
  {
    ...recordFilters,
    format: ExportFormat,
    pictures: Type.Optional(
      Type.Boolean({ default: false, description: 'A zip with the original pictures; yolo is always a zip' }),
    ),
    record_ids: Type.Optional(
      Type.String({
        ...{ maxLength: 6000, pattern: '^\\d{1,10}(,\\d{1,10})*$' },
        description: 'Record ids, separated by commas; the filters count as well',
      }),
    ),
  },
  { additionalProperties: false },
)
export type ExportQuery = Static<typeof ExportQuery>
