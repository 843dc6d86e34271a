import type * as contract from '../contract/index.ts'

/** The server's REST: what each route takes and answers. Only types: nothing of it is there at run time. */
export interface Routes {
  'POST /api/auth/login': { body: contract.Credentials; answer: contract.SignedIn }
  'POST /api/auth/setup': { body: contract.SetupRequest; answer: contract.SignedIn }
  'POST /api/auth/refresh': { body: contract.RefreshRequest; answer: contract.SignedIn }
  'POST /api/auth/logout': { body: contract.RefreshRequest; answer: null }
  'GET /api/auth/me': { answer: contract.Me }
  'POST /api/auth/password': { body: contract.PasswordChange; answer: null }

  'GET /api/users': { query: contract.UserQuery; answer: contract.UserPage }
  'POST /api/users': { body: contract.NewUser; answer: contract.User }
  'GET /api/users/:user_id': { answer: contract.User }
  'PATCH /api/users/:user_id': { body: contract.UserChange; answer: contract.User }
  'POST /api/users/:user_id/revoke': { answer: null }

  'GET /api/tokens': { query: contract.ApiTokenQuery; answer: contract.ApiTokens }
  'POST /api/tokens': { body: contract.NewApiToken; answer: contract.CreatedApiToken }
  'DELETE /api/tokens/:token_id': { answer: null }

  'GET /api/detections': { query: contract.RecordQuery; answer: contract.RecordPage }
  'GET /api/detections/counts': { query: contract.CountsQuery; answer: contract.RecordCounts }
  'GET /api/detections/:record_id': { answer: contract.Record }
  'DELETE /api/detections/:record_id': { answer: null }
  'GET /api/detections/:record_id/tracks': { answer: contract.RecordTracks }
  'POST /api/detections/delete': { body: contract.RecordRemoval; answer: contract.RecordRemovalResult }
  'GET /api/detections/:record_id/review': { answer: contract.Review }
  'PUT /api/detections/:record_id/review': { body: contract.ReviewChange; answer: contract.Review }
  'GET /api/detections/:record_id/review/history': {
    query: contract.ReviewRevisionQuery
    answer: contract.ReviewRevisionPage
  }
  'GET /api/reviews/queue': { query: contract.ReviewQueueQuery; answer: contract.ReviewQueue }
  'GET /api/statistics': { query: contract.StatisticsQuery; answer: contract.Statistics }

  'GET /api/uploads/:upload_id': { answer: contract.Upload }

  'GET /api/cameras': { answer: contract.CameraList }
  'POST /api/cameras': { body: contract.NewCamera; answer: contract.Camera }
  'PATCH /api/cameras/:camera_id': { body: contract.CameraChange; answer: contract.Camera }
  'DELETE /api/cameras/:camera_id': { answer: null }
  'POST /api/cameras/:camera_id/restart': { answer: contract.Camera }

  'GET /api/tasks': { query: contract.TaskQuery; answer: contract.TaskPage }
  'GET /api/tasks/:task_id': { answer: contract.Task }
  'POST /api/tasks/:task_id/cancel': { answer: contract.Task }
  'POST /api/tasks/:task_id/retry': { answer: contract.Task }

  'GET /api/notifications': { query: contract.NotificationQuery; answer: contract.NotificationPage }
  'POST /api/notifications': { body: contract.NewNotification; answer: contract.Notification }
  'GET /api/notifications/:notification_id': { answer: contract.Notification }
  'DELETE /api/notifications/:notification_id': { answer: null }
  'GET /api/notifications/:notification_id/receipts': {
    query: contract.NotificationReceiptQuery
    answer: contract.NotificationReceiptPage
  }
  'POST /api/notifications/:notification_id/read': { answer: null }
  'POST /api/notifications/:notification_id/acknowledge': { answer: null }

  'GET /api/sockets': { answer: contract.LiveSockets }
  'GET /api/storage': { answer: contract.StorageState }
  'GET /api/retention': { answer: contract.RetentionState }
  'PUT /api/retention': { body: contract.RetentionChange; answer: contract.RetentionState }
  'POST /api/retention/preview': { body: contract.RetentionChange; answer: contract.RetentionOutcome }
  'POST /api/retention/run': { answer: contract.RetentionOutcome }

  'GET /api/model': { answer: contract.ModelInfo }
  'GET /api/models': { answer: contract.ModelList }
  'GET /api/models/history': { query: contract.ModelActivationQuery; answer: contract.ModelActivationPage }
  'GET /api/models/:model_id': { answer: contract.ModelDetails }
  'PUT /api/models/active': { body: contract.ModelChoice; answer: contract.ModelSummary }
  'POST /api/models/rollback': { answer: contract.ModelSummary }
}

export type Route = keyof Routes
export type Answer<R extends Route> = Routes[R]['answer']

/** The names in `/api/tasks/:task_id/cancel`. */
type ParamsOf<R extends string> = R extends `${infer _Before}:${infer Name}/${infer After}`
  ? Name | ParamsOf<After>
  : R extends `${infer _Before}:${infer Name}`
    ? Name
    : never

type Params<R extends Route> = [ParamsOf<R>] extends [never]
  ? object
  : { params: { [Name in ParamsOf<R>]: string | number } }
type Query<R extends Route> = Routes[R] extends { query: infer Q }
  ? object extends Q
    ? { query?: Q }
    : { query: Q }
  : object
type Body<R extends Route> = Routes[R] extends { body: infer B }
  ? object extends B
    ? { body?: B }
    : { body: B }
  : object

/** What a call of this route needs: `params`, `query` and `body`, each only where the route has it. */
export type CallOptions<R extends Route> = Params<R> &
  Query<R> &
  Body<R> & {
    signal?: AbortSignal
    /** Of what the answer says in words; the client's own where it is left out. */
    language?: contract.Language
  }

/** The options may be left out where nothing in them must be given. */
export type CallArguments<R extends Route> =
  object extends CallOptions<R> ? [options?: CallOptions<R>] : [options: CallOptions<R>]
