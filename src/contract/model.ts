import { type Static, Type } from 'typebox'
import { ModelIdentity, ModelInfo, SignClass } from './detection.ts'
import { Nullable, Page, PageQuery, Person, Seconds, Timestamp } from './primitives.ts'

export const Precision = Type.Enum(['fp32', 'int8'], {
  description: 'Numbers of the network in use: int8 only where it is faster on this machine and finds the same signs',
})
export type Precision = Static<typeof Precision>

const ModelId = Type.String({ minLength: 1, maxLength: 255, description: 'The name of its directory' })

export const ModelParams = Type.Object({ model_id: ModelId })

export const ModelChoice = Type.Object({ model_id: ModelId }, { additionalProperties: false })
export type ModelChoice = Static<typeof ModelChoice>

/** What the self-check of the precisions found on this machine. */
export const PrecisionCheck = Type.Object({
  precision: Precision,
  reason: Type.String(),
  fp32_seconds: Type.Number({ description: 'Processor time of one picture, the fastest of several' }),
  int8_seconds: Seconds,
  checked_at: Timestamp,
})
export type PrecisionCheck = Static<typeof PrecisionCheck>

export const ActiveModel = Type.Object({
  since: Timestamp,
  by: Nullable(Person),
  precision: Precision,
  precision_check: Nullable(PrecisionCheck),
  detectors: Type.Integer({ description: 'Processes that there should be' }),
  detectors_alive: Type.Integer(),
})
export type ActiveModel = Static<typeof ActiveModel>

/** One directory with a model in it. Where `valid` is false, `problem` says why. */
export const ModelSummary = Type.Object({
  model_id: Type.String(),
  name: Nullable(Type.String()),
  version: Nullable(Type.String()),
  title: Nullable(Type.String()),
  licence: Nullable(Type.String()),
  classes: Nullable(Type.Integer()),
  precisions: Type.Array(Precision),
  valid: Type.Boolean({
    description: 'Its description and files are as they must be; loading it is tried by a switch',
  }),
  problem: Nullable(Type.String()),
  active: Nullable(ActiveModel),
})
export type ModelSummary = Static<typeof ModelSummary>

export const ModelDetails = Type.Object({ ...ModelSummary.properties, labels: Type.Array(SignClass) })
export type ModelDetails = Static<typeof ModelDetails>

export const ModelList = Type.Object({
  items: Type.Array(ModelSummary),
  fallback: Nullable(
    Type.Object(
      { model_id: Type.String(), problem: Type.String() },
      { description: 'The model that was chosen and could not be started; another one runs in its place' },
    ),
  ),
})
export type ModelList = Static<typeof ModelList>

const NamedModel = Type.Object({ model_id: Type.String(), ...ModelIdentity.properties })

/** One choice of an administrator. */
export const ModelActivation = Type.Object({
  activation_id: Type.Integer(),
  kind: Type.Enum(['choice', 'rollback']),
  from: NamedModel,
  to: NamedModel,
  by: Nullable(Person),
  at: Timestamp,
})
export type ModelActivation = Static<typeof ModelActivation>

export const ModelActivationPage = Page(ModelActivation)
export type ModelActivationPage = Static<typeof ModelActivationPage>

export const ModelActivationQuery = Type.Object(PageQuery, { additionalProperties: false })
export type ModelActivationQuery = Static<typeof ModelActivationQuery>

/** Another model answers from now on; GET /api/model has its classes. */
export const ModelChanged = Type.Object({
  ...ModelIdentity.properties,
  title: ModelInfo.properties.title,
  previous: ModelIdentity,
})
export type ModelChanged = Static<typeof ModelChanged>
