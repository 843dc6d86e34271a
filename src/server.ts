import closeWithGrace from 'close-with-grace'
import { buildApp } from './app.ts'
import { type Config, loadConfig } from './config.ts'

/** The longest that a stop may take: sockets close within 10 s whatever happens. */
const CLOSE_DEADLINE_MS = 10_000

await main()

async function main(): Promise<void> {
  const config = loadConfigOrExit()
  const app = await buildApp(config).catch((err: Error) => exit(`Could not start: ${err.message}`))
  closeWithGrace({ delay: CLOSE_DEADLINE_MS, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'the server stops because of a bug')
    await app.close()
  })
  // While the model is measured, so that it is no burden on the first requests.
  const told = app.parts.tellVideoEngine()
  const { host, port } = config.listen
  await app.listen({ host, port }).catch((err: Error) => exit(`Could not listen on ${host}:${port}: ${err.message}`))
  const setupToken = config.access.kind === 'required' ? await app.parts.accounts.setup.ensureSetupLink() : null
  welcome(addressOf(app.server.address(), host), setupToken)
  await told
}

function loadConfigOrExit(): Config {
  try {
    process.loadEnvFile?.()
  } catch {
    // There is no .env file, and none is needed.
  }
  try {
    return loadConfig()
  } catch (err) {
    return exit((err as Error).message)
  }
}

/** For people, so it goes to the terminal and not through the JSON log. */
function welcome(url: string, setupToken: string | null): void {
  process.stdout.write(`\n  hzsystem 已就绪 ready: ${url}\n`)
  if (setupToken !== null) {
    process.stdout.write(`  首次使用，请在一天内用此链接创建管理员 First run, make the administrator within a day:\n`)
    process.stdout.write(`  ${url}/?setup_token=${setupToken}\n`)
  }
  process.stdout.write('\n')
}

function addressOf(address: string | { port: number } | null, host: string): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const name = ['127.0.0.1', '0.0.0.0', '::', '::1'].includes(host) ? 'localhost' : host
  return `http://${name}:${port}`
}

function exit(message: string): never {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
