import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import t from 'tap'
import { packageRoot } from '../../src/package-root.ts'

const folderName = `hzsystem-fonts-${userInfo().uid}`

t.test('processes that start at once agree on one complete configuration, which names the bundled font', async (t) => {
  const temporary = t.testdir()
  const paths = await Promise.all([1, 2, 3].map(() => configuredPath(temporary)))
  t.equal(new Set(paths).size, 1)
  t.match(await readFile(paths[0]!, 'utf8'), `<dir>${join(packageRoot, 'assets/fonts')}</dir>`)
  t.match(await readdir(join(temporary, folderName)), [/^fonts-[0-9a-f]{16}\.conf$/], 'no temporary file is left')
})

t.test('where the usual folder is taken, another is made', async (t) => {
  const temporary = t.testdir({ [folderName]: 'a file of someone else' })
  const path = await configuredPath(temporary)
  t.notMatch(path, join(temporary, folderName, '/'))
  t.match(await readFile(path, 'utf8'), '</fontconfig>')
})

/** What FONTCONFIG_FILE is in a fresh process that has configured its fonts. */
async function configuredPath(temporary: string): Promise<string> {
  const script = `
    const { configureFonts } = await import(${JSON.stringify(new URL('../../src/drawing/fonts.js', import.meta.url))})
    configureFonts()
    process.stdout.write(process.env.FONTCONFIG_FILE)`
  // Without tap's own options for node.
  const environment = { PATH: process.env.PATH, TMPDIR: temporary }
  const run = promisify(execFile)
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: environment,
    timeout: 20_000,
  })
  return stdout
}
