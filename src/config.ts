import { isIP } from 'node:net'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { packageRoot } from './package-root.ts'

const text = (fallback: string, description: string) => Type.String({ default: fallback, description })
const whole = (fallback: number, minimum: number, description: string) =>
  Type.Integer({ default: fallback, minimum, description })
const real = (fallback: number, minimum: number, description: string) =>
  Type.Number({ default: fallback, minimum, description })

/** Of a camera's frame: four times what a camera of 1080 lines has. */
const MAX_FRAME_PIXELS = 8 * 1024 * 1024

/** Every setting, with its default and what it means; README and .env.example are checked against it. */
export const Env = Type.Object({
  HOST: text('127.0.0.1', 'Address to listen on'),
  PORT: whole(8000, 0, 'Port to listen on; 0 takes a free one'),
  AUTH: Type.Enum(['', 'open', 'required', 'open-to-network'], {
    default: '',
    description:
      'required: sign-in needed; open: none, on a loopback HOST only; open-to-network: none, on any HOST. Empty: open on loopback, else required',
  }),
  ALLOWED_ORIGINS: text('', 'Origins of other sites whose pages may connect, separated by commas'),
  TRUST_PROXY: text('', 'Addresses of reverse proxies whose X-Forwarded-* headers are believed, separated by commas'),
  DATABASE_URL: text('file:./data/hzsystem.db', 'file:… is a SQLite database'),
  MEDIA_DIR: text('./media', 'Where pictures and videos are kept'),
  MODEL_DIR: text(
    '',
    'The model directory to start with while no administrator has chosen another; empty: the bundled models/hz-signs',
  ),
  MODELS_DIR: text(
    './data/models',
    'A directory of further models, one directory each, that administrators may switch to',
  ),
  MODEL_PRECISION: Type.Enum(['auto', 'fp32', 'int8'], {
    default: 'auto',
    description:
      'Numbers of the network; auto: int8 where the model has it, it is faster here and finds the same signs',
  }),
  DETECTOR_PROCESSES: whole(0, 0, 'Processes that run the model; 0: one per core'),
  DETECTION_TIMEOUT_S: real(60, 0.1, 'A detection that takes longer is stopped, in seconds'),
  MAX_UPLOAD_BYTES: whole(50 * 1024 * 1024, 1024, 'Largest file, in bytes'),
  MAX_VIDEO_UPLOAD_BYTES: whole(
    8 * 1024 ** 3,
    1024,
    'Largest file of a resumable upload, in bytes; pictures keep MAX_UPLOAD_BYTES',
  ),
  MAX_IMAGE_PIXELS: whole(100_000_000, 1, 'Largest picture, in pixels, checked before decoding'),
  MAX_FILES_PER_REQUEST: whole(50, 1, 'Files in one POST /api/detections'),
  VIDEO_ENGINE: Type.Enum(['auto', 'node-av', 'ffmpeg'], {
    default: 'auto',
    description:
      'What reads video files: node-av, or ffmpeg from PATH; auto: node-av where it is installed, else ffmpeg',
  }),
  VIDEO_PROCESSES: whole(1, 1, 'Videos that are analysed at once, each in a process of its own'),
  MAX_VIDEO_PIXELS: whole(40_000_000, 1, 'Largest picture of a video, in pixels, checked before decoding'),
  MAX_VIDEO_SECONDS: whole(6 * 3600, 1, 'Longest video, in seconds'),
  CAMERA_PROCESSES: whole(2, 0, 'Network cameras that run at once, each in a process of its own; more of them wait'),
  CAMERA_PRIVATE_RANGES: text(
    '',
    'Private addresses that network cameras may have, as CIDRs separated by commas, such as 192.168.10.0/24; empty: none',
  ),
  CAMERA_CA_FILE: text(
    '',
    'A PEM file of certificates, of authorities or of cameras themselves, that network cameras over rtsps and https are trusted by, beside the public ones',
  ),
  CAMERA_SECRET: text(
    '',
    'What the passwords of network cameras are encrypted with in the database, 16 characters or more; empty: a random key in camera.key beside the database',
  ),
  CAMERA_SILENCE_S: real(
    10,
    0.1,
    'A network camera that sends no picture for this long is connected to anew, in seconds',
  ),
  QUEUE_LIMIT: whole(5000, 1, 'Tasks that may wait; more are refused with 503 and Retry-After'),
  MAX_CONNECTIONS_PER_USER: whole(5, 0, 'Sockets of one user; 0: no limit'),
  REQUESTS_PER_MINUTE: whole(6000, 0, 'HTTP requests of one address; 0: no limit'),
  LOGINS_PER_MINUTE: whole(10, 1, 'Sign-in attempts of one address, and for one user name'),
  ACCESS_TOKEN_TTL_S: whole(900, 1, 'Life of an access token, in seconds'),
  REFRESH_TOKEN_TTL_S: whole(30 * 86_400, 1, 'Life of a refresh token, in seconds'),
  TASK_RETENTION_DAYS: whole(30, 1, 'Finished tasks and their events are purged after this; records stay'),
  UPLOAD_RETENTION_HOURS: whole(24, 1, 'Uploads that no task ever used are removed after this'),
  UPLOAD_RESUME_HOURS: real(24, 0.001, 'Unfinished resumable uploads are removed when nothing has come for this long'),
  TIME_ZONE: text('Asia/Shanghai', 'Whose calendar days the statistics count by'),
  REALTIME_SESSIONS: whole(4, 0, 'Camera sessions at a time; 0: none'),
  REALTIME_SESSIONS_PER_USER: whole(2, 1, 'Camera sessions of one user at a time'),
  REALTIME_IDLE_S: real(30, 0.05, 'A camera session without a frame for this long ends, in seconds'),
  REALTIME_RESUME_S: real(20, 0.05, 'A camera session without a connection for this long ends, in seconds'),
  REALTIME_MAX_S: real(4 * 3600, 0.05, 'A camera session ends after this at the latest, in seconds'),
  HEARTBEAT_INTERVAL_S: real(25, 0.05, 'Between two pings of a socket, in seconds'),
  HEARTBEAT_TIMEOUT_S: real(10, 0.05, 'A socket silent for this long after a ping is dropped, in seconds'),
  SLOW_READER_S: real(10, 0.05, 'A socket with more than 1 MiB unread for this long is closed, in seconds'),
  SHUTDOWN_GRACE_S: real(6, 0, 'Running tasks may take this long to finish when the server stops, in seconds'),
  LOG_LEVEL: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'How much is logged',
  }),
  EXPOSE_STACK: Type.Boolean({ default: false, description: 'Send stack traces to clients; for development' }),
})
export type Env = Static<typeof Env>

export type Config = ReturnType<typeof loadConfig>

/**
 * Reads the environment once; nothing else in src/ touches process.env.
 * @throws Error whose message names each wrong variable and what it must be.
 */
export function loadConfig(environment: NodeJS.ProcessEnv = process.env) {
  const env = parse(environment)
  return {
    listen: { host: env.HOST, port: env.PORT },
    access: accessOf(env),
    allowedOrigins: listOf(env.ALLOWED_ORIGINS),
    trustedProxies: listOf(env.TRUST_PROXY),
    databaseUrl: env.DATABASE_URL,
    mediaDir: resolve(env.MEDIA_DIR),
    modelDir: env.MODEL_DIR === '' ? join(packageRoot, 'models', 'hz-signs') : resolve(env.MODEL_DIR),
    modelsDir: resolve(env.MODELS_DIR),
    modelPrecision: env.MODEL_PRECISION,
    detector: {
      processes: env.DETECTOR_PROCESSES || cpus().length,
      timeoutMs: env.DETECTION_TIMEOUT_S * 1000,
    },
    uploads: {
      maxBytes: env.MAX_UPLOAD_BYTES,
      maxResumableBytes: env.MAX_VIDEO_UPLOAD_BYTES,
      resumeMs: env.UPLOAD_RESUME_HOURS * 3_600_000,
      maxPixels: env.MAX_IMAGE_PIXELS,
      maxFiles: env.MAX_FILES_PER_REQUEST,
    },
    videos: {
      processes: env.VIDEO_PROCESSES,
      engine: engineChoiceOf(env, environment),
      limits: { maxPixels: env.MAX_VIDEO_PIXELS, maxSeconds: env.MAX_VIDEO_SECONDS },
    },
    cameras: {
      processes: env.CAMERA_PROCESSES,
      privateRanges: rangesOf(env.CAMERA_PRIVATE_RANGES),
      caFile: env.CAMERA_CA_FILE === '' ? '' : resolve(env.CAMERA_CA_FILE),
      secret: secretOf(env.CAMERA_SECRET),
      silenceMs: env.CAMERA_SILENCE_S * 1000,
    },
    queueLimit: env.QUEUE_LIMIT,
    sockets: {
      maxPerUser: env.MAX_CONNECTIONS_PER_USER,
      heartbeatMs: env.HEARTBEAT_INTERVAL_S * 1000,
      heartbeatTimeoutMs: env.HEARTBEAT_TIMEOUT_S * 1000,
      slowReaderMs: env.SLOW_READER_S * 1000,
    },
    realtime: {
      sessions: env.REALTIME_SESSIONS,
      sessionsPerUser: env.REALTIME_SESSIONS_PER_USER,
      idleMs: env.REALTIME_IDLE_S * 1000,
      resumeMs: env.REALTIME_RESUME_S * 1000,
      maxMs: env.REALTIME_MAX_S * 1000,
      maxFramePixels: MAX_FRAME_PIXELS,
    },
    limits: { requestsPerMinute: env.REQUESTS_PER_MINUTE, loginsPerMinute: env.LOGINS_PER_MINUTE },
    tokens: { accessTtlS: env.ACCESS_TOKEN_TTL_S, refreshTtlS: env.REFRESH_TOKEN_TTL_S },
    retention: { taskDays: env.TASK_RETENTION_DAYS, uploadHours: env.UPLOAD_RETENTION_HOURS },
    timeZone: env.TIME_ZONE,
    shutdownGraceMs: env.SHUTDOWN_GRACE_S * 1000,
    logLevel: env.LOG_LEVEL,
    exposeStack: env.EXPOSE_STACK,
  }
}

/** Of the command line, whose other settings are its arguments. @throws Error as loadConfig does */
export function loadEngineChoice(environment: NodeJS.ProcessEnv = process.env) {
  return engineChoiceOf(parse({ VIDEO_ENGINE: environment.VIDEO_ENGINE }), environment)
}

function engineChoiceOf({ VIDEO_ENGINE }: Env, { PATH = '' }: NodeJS.ProcessEnv) {
  return { kind: VIDEO_ENGINE, searchPath: PATH }
}

/** An empty variable counts as absent, as in a compose file that passes on what is not set. */
function parse(environment: NodeJS.ProcessEnv): Env {
  const given = Object.keys(Env.properties)
    .filter((name) => environment[name] !== undefined && environment[name] !== '')
    .map((name) => [name, environment[name]])
  const value = Value.Convert(Env, Value.Default(Env, Object.fromEntries(given)))
  const wrong = [...Value.Errors(Env, value)].map(({ instancePath, message }) => {
    const name = instancePath.slice(1)
    return `${name}=${environment[name]}: ${message} (${(Env.properties as Record<string, TSchema & { description?: string }>)[name]?.description})`
  })
  if (wrong.length > 0) throw new Error(`Wrong settings:\n  ${wrong.join('\n  ')}`)
  checkTimeZone((value as Env).TIME_ZONE)
  return value as Env
}

function checkTimeZone(timeZone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone })
  } catch {
    throw new Error(`Wrong settings:\n  TIME_ZONE=${timeZone}: must be an IANA time zone such as Asia/Shanghai`)
  }
}

/** Nobody's server is open to the network by an oversight: that has a name of its own. */
function accessOf({ AUTH, HOST }: Env): { kind: 'required' } | { kind: 'open'; loopbackOnly: boolean } {
  const loopback = isLoopback(HOST)
  if (AUTH === 'required' || (AUTH === '' && !loopback)) return { kind: 'required' }
  if (AUTH === 'open' && !loopback) {
    throw new Error(
      `Wrong settings:\n  AUTH=open would let everyone who reaches HOST=${HOST} in as administrator: use AUTH=required, or AUTH=open-to-network if that is meant`,
    )
  }
  return { kind: 'open', loopbackOnly: loopback }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}

function rangesOf(value: string): string[] {
  const ranges = listOf(value)
  const wrong = ranges.find((range) => {
    const [, address = '', length] = /^(.+)\/(\d{1,3})$/.exec(range) ?? []
    const version = isIP(address)
    return version === 0 || Number(length) > (version === 4 ? 32 : 128)
  })
  if (wrong === undefined) return ranges
  throw new Error(`Wrong settings:\n  CAMERA_PRIVATE_RANGES=${value}: ${wrong} is no CIDR such as 192.168.10.0/24`)
}

function secretOf(value: string): string {
  if (value === '' || value.length >= 16) return value
  throw new Error('Wrong settings:\n  CAMERA_SECRET: must have at least 16 characters')
}

function listOf(value: string): string[] {
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
