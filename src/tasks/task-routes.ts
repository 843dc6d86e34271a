import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Record, StartedTasks, Task, TaskPage, TaskQuery } from '../contract/index.ts'
import type { TaskModel, UploadModel } from '../db/index.ts'
import { AppError, type ErrorCode } from '../errors.ts'
import { languageOf } from '../http/language.ts'
import type { RecordService } from '../records/record-service.ts'
import { receiveForm } from '../uploads/multipart-files.ts'
import { filePathOf, type UploadService } from '../uploads/upload-service.ts'
import { parseDetectionForm } from './detection-form.ts'
import { detectionTypeOf } from './task-lane.ts'
import type { Outcome, TaskOutcomes } from './task-outcomes.ts'
import type { TaskService } from './task-service.ts'

interface Options {
  tasks: TaskService
  uploads: UploadService
  records: RecordService
  outcomes: TaskOutcomes
  maxFiles: number
  /** Milliseconds that `?wait=1` waits at most; then it answers as without. */
  maxWaitMs: number
}

const Params = Type.Object({ task_id: Type.String({ maxLength: 100 }) })
const WaitQuery = Type.Object({ wait: Type.Optional(Type.Enum(['0', '1'])) })

export const taskRoutes: FastifyPluginAsyncTypebox<Options> = async (app, options) => {
  const { tasks, uploads, records, outcomes, maxFiles, maxWaitMs } = options
  // Whoever waits for a task that the stopping server has parked is answered now.
  app.addHook('preClose', async () => outcomes.close())

  app.post(
    '/api/detections',
    {
      schema: {
        tags: ['detections'],
        summary: 'Upload pictures or videos and detect their signs in one',
        description:
          'multipart/form-data: one or more files, and the options confidence_threshold, save_result, mode, frame_rate and detection_type (left out: as the file is). With wait=1 the answer is the finished record (several files: {records}).',
        consumes: ['multipart/form-data'],
        querystring: WaitQuery,
        response: { 200: Type.Union([Record, Type.Object({ records: Type.Array(Record) })]), 202: StartedTasks },
      },
    },
    async (request, reply) => {
      tasks.ensureRoom(request.principal.userId)
      const form = await receiveForm(request, uploads, maxFiles)
      const { userId } = request.principal
      const started = await submitAll(form.uploads, form.fields, userId)
      if (request.query.wait === '1') {
        const ended = await waitForAll(started)
        const ids = ended?.map(recordIdOf)
        const kept = ids && (await Promise.all(ids.map((id) => records.get(request.principal, id))))
        if (kept !== undefined) return reply.code(200).send(kept.length === 1 ? (kept[0] as Record) : { records: kept })
      }
      return reply.code(202).send(startedView(started, form.uploads))
    },
  )

  /** All or none: a request that fails leaves neither tasks nor files. */
  async function submitAll(
    files: UploadModel[],
    fields: { [name: string]: string },
    userId: number,
  ): Promise<TaskModel[]> {
    try {
      const { detectionType, options } = parseDetectionForm(fields)
      const typeOf = (upload: UploadModel) => detectionType ?? detectionTypeOf(upload)
      return await tasks.submitAll(files.map((upload) => ({ userId, upload, detectionType: typeOf(upload), options })))
    } catch (err) {
      await uploads.discard(files)
      throw err
    }
  }

  /**
   * To be called before the tasks can begin, which is in the turn of the event loop that queued them.
   * @returns undefined where the time is over first, or the server stops; the tasks go on.
   */
  async function waitForAll(started: TaskModel[]): Promise<Outcome[] | undefined> {
    const giveUp = new AbortController()
    const waits = started.map(({ id }) => outcomes.of(id, giveUp.signal))
    const timer = sleep(maxWaitMs, undefined, { signal: giveUp.signal }).then(
      () => giveUp.abort(),
      () => {},
    )
    const ended = await Promise.all(waits)
    giveUp.abort()
    await timer
    return ended.every((outcome) => outcome !== null) ? ended : undefined
  }

  function startedView(started: TaskModel[], files: UploadModel[]): StartedTasks {
    const views = started.map((task, i) => {
      const upload = files[i] as UploadModel
      return {
        task_id: task.id,
        upload_id: upload.id,
        file_name: upload.fileName,
        file_path: filePathOf(upload),
        estimated_time: task.estimatedTime,
        queue_position: tasks.queuePosition(task.id),
      }
    })
    return { task_ids: started.map(({ id }) => id), tasks: views }
  }

  app.get(
    '/api/tasks',
    {
      schema: {
        tags: ['tasks'],
        summary: 'One’s own tasks, or everybody’s, newest first',
        querystring: TaskQuery,
        response: { 200: TaskPage },
      },
    },
    async (request) => tasks.list(request.principal, request.query, languageOf(request)),
  )

  app.get(
    '/api/tasks/:task_id',
    { schema: { tags: ['tasks'], summary: 'One task', params: Params, response: { 200: Task } } },
    async (request) => tasks.get(request.principal, request.params.task_id, languageOf(request)),
  )

  app.post(
    '/api/tasks/:task_id/cancel',
    { schema: { tags: ['tasks'], summary: 'Stop a task', params: Params, response: { 200: Task } } },
    async (request) => {
      await tasks.cancel(request.principal, request.params.task_id)
      return tasks.get(request.principal, request.params.task_id, languageOf(request))
    },
  )

  app.post(
    '/api/tasks/:task_id/retry',
    {
      schema: {
        tags: ['tasks'],
        summary: 'Do a failed or cancelled task’s work again, as a new task',
        params: Params,
        response: { 202: Task },
      },
    },
    async (request, reply) => {
      const task = await tasks.retry(request.principal, request.params.task_id)
      return reply.code(202).send(await tasks.get(request.principal, task.id, languageOf(request)))
    },
  )
}

/** @throws what ended the task, where it ended without a record */
function recordIdOf(outcome: Outcome): number {
  if ('complete' in outcome) return outcome.complete.record_id
  const { error_code, error_details } = outcome.error
  throw new AppError(error_code as ErrorCode, error_details)
}
