import { HzError } from '../../../../client/index.ts'
import { client } from '../../server/client.ts'

export type CheckName = 'database' | 'detector' | 'queue'

export interface Readiness {
  status: 'ready' | 'not_ready'
  checks: Readonly<Record<CheckName, boolean>>
  warnings?: readonly string[]
}

/** "Not ready" is an answer like any other, though it comes as a 503. */
export async function askReadiness(signal: AbortSignal): Promise<Readiness> {
  const response = await ask('/health/ready', signal)
  return (await response.json()) as Readiness
}

/** What Prometheus reads, as text. */
export async function askMetrics(signal: AbortSignal): Promise<string> {
  return (await ask('/metrics', signal)).text()
}

async function ask(path: string, signal: AbortSignal): Promise<Response> {
  return fetch(client.rest.url(path), { signal }).catch((cause) => {
    if (signal.aborted) throw signal.reason
    throw new HzError({
      ...{ code: 'NETWORK', zh: '无法连接服务器', en: 'The server cannot be reached' },
      ...{ canRetry: true, cause },
    })
  })
}
