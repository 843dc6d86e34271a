import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { link, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import t from 'tap'
import { languageOf, parseArguments } from '../../src/cli/arguments.ts'
import { resultPathsOf } from '../../src/cli/detect-files.ts'
import { Progress, printable } from '../../src/cli/progress.ts'
import { displayWidth, renderTable } from '../../src/cli/table.ts'
import { packageRoot } from '../../src/package-root.ts'
import { street } from '../helpers/pictures.ts'

function spawnDetect(...args: string[]) {
  return spawn(process.execPath, [join(packageRoot, 'dist/src/cli/detect.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function detect(...args: string[]) {
  const child = spawnDetect(...args)
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await closed
  return { code, stdout, stderr }
}

t.test('pictures become tables of signs and drawn pictures beside them', async (t) => {
  const dir = t.testdir()
  const [first, second] = [join(dir, 'street.jpg'), join(dir, 'b 街.png')]
  await writeFile(first, await street().jpeg().toBuffer())
  await writeFile(
    second,
    await sharp({ create: { width: 90, height: 60, channels: 3, background: '#999' } })
      .png()
      .toBuffer(),
  )
  const { code, stdout, stderr } = await detect(first, second, '--mode', 'fast', '--lang', 'zh-CN')
  t.equal(code, 0)
  t.match(stdout, /street\.jpg {2}800×600 {2}2 个标志/)
  t.match(stdout, /限速60 {2}pl60 {2}禁令 {2}\d\d\.\d% {3}\d+, \d+, \d+, \d+/)
  t.match(stdout, /b 街\.png {2}90×60 {2}没有发现交通标志/)
  t.match(stderr, /\[2\/2\]/)
  t.match(stderr, /2 张图片，2 个标志/)
  t.same((await readdir(dir)).sort(), ['b 街.detected.jpg', 'b 街.png', 'street.detected.jpg', 'street.jpg'])

  const again = await detect(first, join(dir, 'street.detected.jpg'), '--mode=fast', '--lang=en')
  t.equal(again.code, 0)
  t.match(again.stderr, /Skipping earlier results/)
  t.equal((await readdir(dir)).length, 4, 'results are not analysed again')
})

t.test('bad files are reported, the others are done, and the exit code says so', async (t) => {
  const dir = t.testdir({ 'page.jpg': '<html>', 'empty.jpg': '', folder: {} })
  const good = join(dir, 'good.webp')
  await writeFile(good, await street().webp().toBuffer())
  const files = ['page.jpg', 'empty.jpg', 'folder', 'none.jpg'].map((name) => join(dir, name))
  const { code, stdout } = await detect(...files, good, '--json', '--no-save', '--mode', 'fast', '--lang', 'en')
  t.equal(code, 1)
  const { model, pictures } = JSON.parse(stdout)
  t.equal(model.name, 'hz-signs')
  t.same(
    pictures.map((picture: { error?: { code: string } }) => picture.error?.code ?? 'ok'),
    ['UNSUPPORTED_MEDIA', 'EMPTY_FILE', 'FILE_NOT_FOUND', 'FILE_NOT_FOUND', 'ok'],
  )
  t.match(pictures[4], { file: good, width: 800, height: 600, result_file: null })
  t.equal(pictures[4].detections.length, 2)
  t.notOk(existsSync(join(dir, 'good.detected.jpg')))
})

t.test('an interruption ends the work and leaves nothing half-written', async (t) => {
  const dir = t.testdir({ 'none.txt': 'x' })
  const grey = { create: { width: 5000, height: 5000, channels: 3, background: '#888' } } as const
  // Enough of them that work is left, however late a busy machine lets this process interrupt it.
  const large = Array.from({ length: 8 }, (_, i) => join(dir, `large-${i}.png`))
  await sharp(grey).png({ compressionLevel: 1 }).toFile(large[0]!)
  for (const path of large.slice(1)) await link(large[0]!, path)
  const child = spawnDetect(join(dir, 'none.txt'), ...large, '--mode', 'max', '--processes', '1')
  const exited = once(child, 'exit')
  await once(child.stdout, 'data') // The first file is refused at once, and the second has begun.
  child.kill('SIGINT')
  t.same(await exited, [130, null])
  const written = (await readdir(dir)).filter((name) => name !== 'none.txt' && !large.includes(join(dir, name)))
  t.ok(written.length < large.length, 'the work has ended')
  for (const name of written) {
    t.match(name, /^large-\d\.detected\.jpg$/, 'no part of a picture')
    await t.resolves(sharp(join(dir, name), { failOn: 'warning' }).stats(), `${name} is whole`)
  }
})

t.test('a wrong command is explained in the language asked for', async (t) => {
  const cases = [
    { args: [], problem: /No pictures/ },
    {
      args: ['a.jpg', '--mode', 'turbo'],
      problem: /--mode cannot be "turbo": expected fast \| balanced \| accurate \| max/,
    },
    { args: ['a.jpg', '--confidence', 'high'], problem: /--confidence/ },
    { args: ['a.jpg', '--confidence', '2'], problem: /0 … 1/ },
    { args: ['a.jpg', '--confidence='], problem: /0 … 1/ },
    { args: ['a.jpg', '--processes', '1.5'], problem: /--processes/ },
    { args: ['a.jpg', '--what'], problem: /Wrong option/ },
  ]
  for (const { args, problem } of cases) {
    t.throws(() => parseArguments(args, 'en'), problem, args.join(' '))
    t.throws(() => parseArguments(args, 'zh-CN'), { name: 'UsageError' })
  }
  const { code, stderr, stdout } = await detect('--lang', 'zh-CN')
  t.same([code, stdout], [2, ''])
  t.match(stderr, /没有给出图片/)
  t.match((await detect('--help', '--lang=en')).stdout, /^Usage: npm run detect/)
})

t.test('the language is the one asked for, else the one of the system, else Chinese', async (t) => {
  t.equal(languageOf(['--lang', 'en'], 'zh-CN'), 'en')
  t.equal(languageOf(['--lang=zh'], 'en-GB'), 'zh-CN')
  t.equal(languageOf(['a.jpg'], 'en-GB'), 'en')
  t.equal(languageOf(['a.jpg'], 'en-US'), 'zh-CN', 'what a system without a setting reports')
})

t.test('no two files share a result', async (t) => {
  t.same(resultPathsOf(['a.jpg', 'b/a.jpg']), ['a.detected.jpg', 'b/a.detected.jpg'])
  t.same(resultPathsOf(['a.jpg', 'a.png']), ['a.jpg.detected.jpg', 'a.png.detected.jpg'])
})

t.test('columns line up with characters of two columns', async (t) => {
  t.same([displayWidth('限速60'), displayWidth('a，b'), displayWidth('é'), displayWidth('🚦')], [6, 4, 1, 2])
  t.same(
    renderTable([
      ['标志', 'x'],
      ['ab', 'y'],
    ]),
    ['标志  x', 'ab    y'],
  )
})

t.test('a terminal gets a bar, anything else plain lines, and neither obeys a file name', async (t) => {
  const written: string[] = []
  const stream = (isTTY: boolean) => ({ isTTY, write: (chunk: string) => written.push(chunk) })
  const bar = new Progress(stream(true), 2)
  bar.step(0, 'read', 1)
  bar.finish(0, 'a.jpg')
  bar.clear()
  t.match(written.join(''), /█+░+ 50% 1\/2\r.\[K$/)
  written.length = 0
  new Progress(stream(false), 2).finish(1, 'a\u001b[2J.jpg')
  t.same(written, ['[1/2] a?[2J.jpg\n'])
  t.equal(printable('街\n🚦'), '街?🚦')
})
