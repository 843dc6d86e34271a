import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import t from 'tap'
import { envExample, settingNames, withSettingsTable } from '../scripts/settings-text.ts'
import { loadConfig } from '../src/config.ts'
import { packageRoot } from '../src/package-root.ts'

const read = (name: string) => readFileSync(join(packageRoot, name), 'utf8')

t.test('an empty environment serves everything on loopback, without sign-in', async (t) => {
  const config = loadConfig({})
  t.match(config, { listen: { host: '127.0.0.1', port: 8000 }, access: { kind: 'open', loopbackOnly: true } })
  t.equal(config.detector.processes, cpus().length)
  t.match(config.modelDir, /models.hz-signs$/)
})

t.test('an empty variable counts as absent', async (t) => {
  t.equal(loadConfig({ PORT: '', AUTH: '' }).listen.port, 8000)
})

t.test('who may come in depends on the address, and is never open by an oversight', async (t) => {
  const kinds: Array<[NodeJS.ProcessEnv, object | RegExp]> = [
    [{ HOST: '127.0.0.1' }, { kind: 'open', loopbackOnly: true }],
    [{ HOST: '::1' }, { kind: 'open', loopbackOnly: true }],
    [{ HOST: 'localhost', AUTH: 'required' }, { kind: 'required' }],
    [{ HOST: '0.0.0.0' }, { kind: 'required' }],
    [{ HOST: '127.0.0.1.example.org' }, { kind: 'required' }],
    [{ HOST: '192.0.2.7', AUTH: 'open' }, /AUTH=open would let everyone who reaches HOST=192\.0\.2\.7/],
    [
      { HOST: '0.0.0.0', AUTH: 'open-to-network' },
      { kind: 'open', loopbackOnly: false },
    ],
  ]
  for (const [env, expected] of kinds) {
    const name = JSON.stringify(env)
    if (expected instanceof RegExp) t.throws(() => loadConfig(env), { message: expected }, name)
    else t.same(loadConfig(env).access, expected, name)
  }
})

t.test('a wrong setting is named, with what it means', async (t) => {
  const wrong: Array<[NodeJS.ProcessEnv, RegExp]> = [
    [{ PORT: 'eight' }, /PORT=eight: .*integer.*Port to listen on/],
    [{ PORT: '-1' }, /PORT=-1: .*0/],
    [{ MAX_UPLOAD_BYTES: '12.5' }, /MAX_UPLOAD_BYTES=12\.5/],
    [{ AUTH: 'maybe' }, /AUTH=maybe/],
    [{ EXPOSE_STACK: 'perhaps' }, /EXPOSE_STACK=perhaps/],
    [{ CAMERA_PRIVATE_RANGES: '10.0.0.0/8,192.168.1.1' }, /192\.168\.1\.1 is no CIDR/],
    [{ CAMERA_PRIVATE_RANGES: '10.0.0.0/33' }, /is no CIDR/],
    [{ TIME_ZONE: 'Mars/Base' }, /TIME_ZONE=Mars\/Base.*IANA/],
  ]
  for (const [env, message] of wrong) t.throws(() => loadConfig(env), { message }, JSON.stringify(env))
})

t.test('lists are split at commas', async (t) => {
  const { allowedOrigins } = loadConfig({ ALLOWED_ORIGINS: 'https://a.example, https://b.example,' })
  t.same(allowedOrigins, ['https://a.example', 'https://b.example'])
})

t.test('.env.example names every setting, and changes nothing when it is used as it is', async (t) => {
  t.equal(read('.env.example'), envExample(), 'npm run docs:update writes it')
  t.same(loadConfig({ ...parseEnv(read('.env.example')) }), loadConfig({}))
})

t.test('both READMEs document every setting', async (t) => {
  t.equal(read('README.md'), withSettingsTable(read('README.md')), 'npm run docs:update writes it')
  const chinese = read('README.zh-CN.md')
  t.same(
    settingNames.filter((name) => !new RegExp(`^\\| \`${name}\` \\|`, 'm').test(chinese)),
    [],
  )
})
