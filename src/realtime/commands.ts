import { Compile, type Validator } from 'typebox/compile'
import {
  type CommandName,
  type CommandPayload,
  commands,
  fieldProblems,
  type Language,
  type UserMessage,
  type UserMessageResponse,
} from '../contract/index.ts'
import { AppError } from '../errors.ts'
import type { TaskService } from '../tasks/task-service.ts'
import type { UploadService } from '../uploads/upload-service.ts'
import type { Principal } from '../users/principal.ts'

export interface Caller {
  principal: Principal
  language: Language
  requestId: string
}

type Answer = Pick<UserMessageResponse, 'message' | 'data'>
type Handler<C extends CommandName> = (payload: CommandPayload<C>, caller: Caller) => Promise<Answer>

const checks = Object.fromEntries(
  Object.entries(commands).map(([name, schema]) => [name, Compile(schema)]),
) as unknown as Record<CommandName, Validator>

/** What clients may ask for over the socket. */
export class Commands {
  readonly #tasks: TaskService
  readonly #uploads: UploadService

  constructor(tasks: TaskService, uploads: UploadService) {
    this.#tasks = tasks
    this.#uploads = uploads
  }

  /** @throws INVALID_OPTION naming the field, and what the command itself throws */
  run({ message_type: name, payload = {} }: UserMessage['data'], caller: Caller): Promise<Answer> {
    const errors = fieldProblems(checks[name].Errors(payload))
    if (errors.length > 0) throw new AppError('INVALID_OPTION', {}, { fields: errors })
    const handler = this.#handlers[name] as Handler<CommandName>
    return handler(payload as CommandPayload<CommandName>, caller)
  }

  readonly #handlers: { [C in CommandName]: Handler<C> } = {
    start_detection: async (payload, { principal: { userId }, language, requestId }) => {
      const { file_path, detection_type: detectionType, options = {} } = payload
      const message = language === 'en' ? 'The detection task has been accepted' : '检测任务已启动'
      // After a restart, the database still knows what this request has started.
      const known = await this.#tasks.findByRequest(userId, requestId)
      if (known !== null) return { message, data: { task_id: known.id } }
      const upload = await this.#uploads.getByPath(file_path ?? '', userId)
      const task = await this.#tasks.submit({ userId, upload, detectionType, options, requestId })
      return { message, data: { task_id: task.id } }
    },

    cancel_detection: async ({ task_id }, { principal, language }) => {
      await this.#tasks.cancel(principal, task_id)
      return { message: language === 'en' ? 'The task has been cancelled' : '任务已取消', data: { task_id } }
    },

    get_status: async ({ task_id }, { principal, language }) => {
      const tasks =
        task_id === undefined
          ? await this.#tasks.unfinished(principal.userId, language)
          : [await this.#tasks.get(principal, task_id, language)]
      return { message: language === 'en' ? 'Status' : '任务状态', data: { tasks } }
    },

    stop_detection: async ({ task_id }) => {
      throw new AppError('TASK_NOT_FOUND', { task_id })
    },

    resume_session: async ({ task_id }) => {
      throw new AppError('TASK_NOT_FOUND', { task_id })
    },

    ping: async () => ({ message: 'pong', data: { pong: true, server_time: new Date().toISOString() } }),
  }
}
