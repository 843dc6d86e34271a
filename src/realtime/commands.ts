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
import type { FrameLine } from '../live/frame-line.ts'
import type { LiveSessions } from '../live/live-sessions.ts'
import type { TaskService } from '../tasks/task-service.ts'
import type { UploadService } from '../uploads/upload-service.ts'
import type { Principal } from '../users/principal.ts'

export interface Caller {
  principal: Principal
  language: Language
  requestId: string
  /** Over which the frames of a camera session come. */
  line: FrameLine
}

interface Deps {
  tasks: TaskService
  uploads: UploadService
  live: LiveSessions
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
  readonly #live: LiveSessions

  constructor({ tasks, uploads, live }: Deps) {
    this.#tasks = tasks
    this.#uploads = uploads
    this.#live = live
  }

  /** @throws INVALID_OPTION naming the field, and what the command itself throws */
  run({ message_type: name, payload = {} }: UserMessage['data'], caller: Caller): Promise<Answer> {
    const errors = fieldProblems(checks[name].Errors(payload))
    if (errors.length > 0) throw new AppError('INVALID_OPTION', {}, { fields: errors })
    const handler = this.#handlers[name] as Handler<CommandName>
    return handler(payload as CommandPayload<CommandName>, caller)
  }

  readonly #handlers: { [C in CommandName]: Handler<C> } = {
    start_detection: async (payload, caller) => {
      const { file_path, detection_type: detectionType, options = {} } = payload
      const { principal, language, requestId } = caller
      const { userId } = principal
      const message = language === 'en' ? 'The detection task has been accepted' : '检测任务已启动'
      // After a restart, the database still knows what this request has started.
      const known = await this.#tasks.findByRequest(userId, requestId)
      if (known?.detectionType === 'realtime') {
        const realtime = await this.#live.resume(userId, known.id, caller.line)
        return { message, data: { task_id: known.id, realtime } }
      }
      if (known !== null) return { message, data: { task_id: known.id } }
      if (detectionType === 'realtime') return { message, data: await this.#startSession(payload, caller) }
      const upload = await this.#uploads.getByPath(requirePath(file_path), userId)
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

    stop_detection: async ({ task_id }, { principal, language }) => {
      const record_id = await this.#live.stop(principal.userId, task_id)
      const message = language === 'en' ? 'The camera session has ended' : '实时会话已结束'
      return { message, data: { task_id, record_id } }
    },

    resume_session: async ({ task_id }, { principal, language, line }) => {
      const realtime = await this.#live.resume(principal.userId, task_id, line)
      const message = language === 'en' ? 'The camera session goes on' : '实时会话已恢复'
      return { message, data: { task_id, realtime } }
    },

    ping: async () => ({ message: 'pong', data: { pong: true, server_time: new Date().toISOString() } }),
  }

  /** A path that is empty says nothing; one that is not means a file, which would never be looked at. */
  async #startSession({ file_path = '', options = {} }: CommandPayload<'start_detection'>, caller: Caller) {
    if (file_path !== '') throw wrongPath('must be empty or left out with realtime', '实时检测时应为空或省略')
    const { principal, requestId, line } = caller
    const { taskId, terms } = await this.#live.start({ userId: principal.userId, options, requestId, line })
    return { task_id: taskId, realtime: terms }
  }
}

function requirePath(filePath: string | undefined): string {
  if (filePath === undefined) throw wrongPath('is required', '必填')
  return filePath
}

function wrongPath(expected: string, expected_zh: string): AppError {
  return new AppError('INVALID_OPTION', {}, { fields: [{ field: 'file_path', expected, expected_zh }] })
}
