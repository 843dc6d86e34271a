import type { ChildProcess } from 'node:child_process'
import { AppError } from '../errors.ts'
import { forkProcess } from '../fork-process.ts'
import type { CameraStream, CameraStreams, StreamListener } from './camera-stream.ts'
import type { StreamCommand, StreamMessage, StreamSettings } from './messages.ts'
import { readCrop, readPeriod } from './period.ts'
import { AddressGuard } from './stream-address.ts'
import { parseStreamUrl, plainUrl, shownUrl, withoutSecrets } from './stream-url.ts'

/** What a process gets to say what it has seen. */
const FINISH_MS = 3000
const KEPT_STDERR_CHARS = 1000

/** A hostile stream crashes its own process and nothing else, and ending that truly ends its work. */
export class ProcessCameraStreams implements CameraStreams {
  readonly readCrop = readCrop
  readonly readPeriod = readPeriod
  readonly shownUrl = shownUrl
  readonly #options: Pick<StreamSettings, 'privateRanges' | 'limits'>
  readonly #caFile: string
  readonly #guard: AddressGuard

  /** @param caFile of certificates, PEM, that are trusted beside those that Node knows; empty: none */
  constructor({ caFile, ...options }: Pick<StreamSettings, 'privateRanges' | 'limits'> & { caFile: string }) {
    this.#options = options
    this.#caFile = caFile
    this.#guard = new AddressGuard(options.privateRanges)
  }

  async check(text: string): Promise<{ plainUrl: string; credentials: string | null }> {
    const url = parseStreamUrl(text)
    await this.#guard.resolve(url.host).catch((err) => {
      if (!(err instanceof AppError) || err.code !== 'CAMERA_UNREACHABLE') throw err
    })
    return { plainUrl: plainUrl(url), credentials: url.credentials }
  }

  start(settings: Omit<StreamSettings, 'privateRanges' | 'limits'>, listener: StreamListener): CameraStream {
    return new StreamProcess({ ...settings, ...this.#options }, this.#caFile, listener)
  }
}

class StreamProcess implements CameraStream {
  readonly #child: ChildProcess
  readonly #listener: StreamListener
  readonly #ended: Promise<void>
  #outcome: { err: Error | null } | null = null
  #stderr = ''

  constructor(settings: StreamSettings, caFile: string, listener: StreamListener) {
    this.#listener = listener
    this.#child = forkProcess(new URL('./stream-process.js', import.meta.url), {
      env: caFile === '' ? {} : { NODE_EXTRA_CA_CERTS: caFile },
    })
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-KEPT_STDERR_CHARS)
    })
    this.#child.on('message', (message: StreamMessage) => this.#hear(message))
    this.#ended = new Promise((resolve) => {
      const onEnd = (cause: unknown) => {
        if (this.#outcome === null) this.#outcome = { err: this.#died(cause) }
        resolve()
      }
      this.#child.once('error', onEnd)
      this.#child.once('close', (code, how) => onEnd(`It ended with ${how ?? `code ${code}`}.`))
    })
    void this.#ended.then(() => listener.onEnd(this.#outcome?.err ?? null))
    this.#command({ kind: 'begin', settings })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async finish(err: Error | null): Promise<void> {
    this.#outcome ??= { err }
    const late = setTimeout(() => this.#kill(), FINISH_MS)
    this.#command({ kind: 'finish' })
    await this.#ended
    clearTimeout(late)
  }

  #hear(message: StreamMessage): void {
    if (message.kind === 'refused') this.#end(new AppError(message.code, message.details))
    else if (message.kind === 'failed') this.#end(new Error(withoutSecrets(message.message)))
    else if (message.kind === 'finished') this.#kill()
    else this.#listener.onNews(message)
  }

  #end(err: Error): void {
    this.#outcome ??= { err }
    this.#kill()
  }

  /** It holds nothing that is worth a farewell. */
  #kill(): void {
    this.#child.kill('SIGKILL')
  }

  #command(command: StreamCommand): void {
    if (this.#child.connected) this.#child.send(command, () => {})
  }

  #died(cause: unknown): AppError {
    const said = withoutSecrets(`${cause instanceof Error ? cause.message : cause} ${this.#stderr}`)
    return new AppError('CAMERA_PROCESS_DIED', {}, { cause: new Error(said) })
  }
}
