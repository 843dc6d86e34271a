import { type Static, Type } from 'typebox'
import { BoundingBox, Detection, SignClass } from './detection.ts'
import { Nullable, Page, PageQuery, Person, Timestamp } from './primitives.ts'

/** `in_progress`: saved before all of it was looked at. */
export const ReviewState = Type.Enum(['unreviewed', 'in_progress', 'reviewed'])
export type ReviewState = Static<typeof ReviewState>

/**
 * What a person says of one sign: the model was right, nearly right (class or box put right), or wrong; or it found
 * nothing where there is a sign.
 */
export const SignVerdict = Type.Enum(['accepted', 'corrected', 'rejected', 'added'])
export type SignVerdict = Static<typeof SignVerdict>

const Version = Type.Integer({ minimum: 0, maximum: 2147483647, description: '0: nobody has; +1 with every save' })

/** How far people have got with one record. */
export const ReviewMark = Type.Object({
  state: ReviewState,
  version: Version,
  by: Nullable(Person, 'Who saved last'),
  at: Nullable(Timestamp),
})
export type ReviewMark = Static<typeof ReviewMark>

const SignKey = Type.String({
  pattern: '^[A-Za-z0-9_-]{1,40}$',
  description: 'm0, m1, … are what the model found, most confident first; what people add gets a key from its client',
})

/** One sign of a record under review. `rejected` ones are here too, and nowhere else. */
export const ReviewedSign = Type.Object({
  sign_key: SignKey,
  ...SignClass.properties,
  bbox: BoundingBox,
  verdict: Nullable(SignVerdict, 'null: nobody has looked'),
  model: Nullable(Detection, 'What the model found, kept for ever; null for what a person added'),
  by: Nullable(Person),
  at: Nullable(Timestamp),
})
export type ReviewedSign = Static<typeof ReviewedSign>

export const Review = Type.Object({
  record_id: Type.Integer(),
  ...ReviewMark.properties,
  signs: Type.Array(ReviewedSign),
})
export type Review = Static<typeof Review>

/** A whole review as it is to be. */
export const ReviewChange = Type.Object(
  {
    version: Type.Integer({
      ...{ minimum: 0, maximum: 2147483647 },
      description: 'The version that this goes out from; where somebody saved meanwhile, it is refused (409)',
    }),
    state: Type.Enum(['in_progress', 'reviewed'], {
      description: 'reviewed: signs of the model without a verdict count as accepted',
    }),
    signs: Type.Array(
      Type.Object(
        {
          sign_key: SignKey,
          verdict: Nullable(
            SignVerdict,
            'Of the model’s signs, not added; one with another class or box than the model’s is corrected, one with the ' +
              'same is not, whatever is said here; a rejected one keeps those of the model. Of people’s own, added',
          ),
          class_code: Type.String({ minLength: 1, maxLength: 100 }),
          bbox: BoundingBox,
        },
        { additionalProperties: false },
      ),
      {
        maxItems: 1000,
        description: 'The model’s that are left out keep what was said of them, people’s own are deleted',
      },
    ),
  },
  { additionalProperties: false },
)
export type ReviewChange = Static<typeof ReviewChange>

/** One save: the review as it was then. */
export const ReviewRevision = Type.Object({
  version: Version,
  state: ReviewState,
  by: Nullable(Person),
  at: Timestamp,
  signs: Type.Array(ReviewedSign),
})
export type ReviewRevision = Static<typeof ReviewRevision>
export const ReviewRevisionPage = Page(ReviewRevision)
export type ReviewRevisionPage = Static<typeof ReviewRevisionPage>
export const ReviewRevisionQuery = Type.Object(PageQuery, { additionalProperties: false })
export type ReviewRevisionQuery = Static<typeof ReviewRevisionQuery>

/** What is worth looking at first: where the model was unsure, where it found what is seldom seen, or what is new. */
export const ReviewOrder = Type.Enum(['uncertain', 'rare', 'newest', 'oldest'], { default: 'uncertain' })
export type ReviewOrder = Static<typeof ReviewOrder>

/** `data` of `review_changed`. */
export const ReviewChanged = Type.Object({
  record_id: Type.Integer(),
  state: ReviewState,
  version: Version,
  by: Nullable(Person),
  at: Timestamp,
  total_detections: Type.Integer({ description: 'Signs that the record now has' }),
})
export type ReviewChanged = Static<typeof ReviewChanged>
