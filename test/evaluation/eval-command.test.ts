import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import sharp from 'sharp'
import t, { type Test } from 'tap'
import { type LabelOptions, readLabels } from '../../src/evaluation/labels/read-labels.ts'
import { SignNames } from '../../src/evaluation/sign-names.ts'
import { truthsOf } from '../../src/evaluation/truths.ts'
import { packageRoot } from '../../src/package-root.ts'

const fixtures = join(packageRoot, 'test/fixtures')
const photos = ['street-crossroads.jpg', 'street-small.jpg']

const anyLabels: LabelOptions = {
  format: null,
  labelFile: null,
  classFile: null,
  unlabelledAreEmpty: false,
  isSignFree: false,
}

async function evaluate(...args: string[]) {
  const child = spawn(process.execPath, [join(packageRoot, 'dist/src/cli/eval.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const closed = once(child, 'close')
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await closed
  return { code, stdout, stderr }
}

/** Two of the drawn street scenes, without labels. */
async function scenes(t: Test): Promise<string> {
  const dir = t.testdir()
  for (const photo of photos) await copyFile(join(fixtures, photo), join(dir, photo))
  return dir
}

async function sceneLabels(): Promise<Record<string, { box: [number, number, number, number]; class_code: string }[]>> {
  return JSON.parse(await readFile(join(fixtures, 'street-labels.json'), 'utf8'))
}

t.test(
  'all drawn scenes are scored from our own labels, told in Chinese, and kept as JSON and as a page',
  async (t) => {
    const dir = t.testdir()
    const floors = 'AP50=0.95,recall@0.5=0.9,false_alarms@0.5<=0.2,class_accuracy=0.9'
    const { code, stdout, stderr } = await evaluate(
      ...[fixtures, '--labels', join(fixtures, 'street-labels.json'), '--lang', 'zh-CN'],
      ...['--json', join(dir, 'r.json'), '--html', join(dir, 'page'), '--floor', floors],
    )
    t.equal(code, 0, stderr)
    t.match(stdout, /5 张图片（其中 0 张没有标志），23 个标志/)
    t.match(stdout, /accurate {2}原图/)
    t.match(stderr, /\[5\/5\]/)
    t.match(stderr, /4 项条件全部达到/)
    const { runs, model, labels } = JSON.parse(await readFile(join(dir, 'r.json'), 'utf8'))
    t.equal(model.name, 'hz-signs')
    t.match(labels, { format: 'own', photos: 5, unlabelled: [] })
    t.equal(runs.length, 1)
    t.match(runs[0], { mode: 'accurate', signs: 23, photos: 5 })
    t.ok(runs[0].ap50_95 > 0.8)
    t.ok(runs[0].infer_time.median.cpu > 0)
    const page = await readFile(join(dir, 'page/index.html'), 'utf8')
    t.match(page, /^<!doctype html>\n<html lang="zh-CN">/)
  },
)

t.test('a floor that is missed fails the command and is named, with what each alteration costs', async (t) => {
  const dir = await scenes(t)
  const all = await sceneLabels()
  await writeFile(
    join(dir, 'labels.json'),
    JSON.stringify(Object.fromEntries(photos.map((photo) => [photo, all[photo]]))),
  )
  const { code, stdout, stderr } = await evaluate(
    ...[dir, '--mode', 'fast,balanced', '--alter', 'night', '--lang', 'en'],
    ...['--floor', 'fast:AP50=0.5,night:recall@0.7>=1.5'],
  )
  t.equal(code, 1)
  t.match(stderr, /Below the floor night:recall@0\.7>=1\.5: fast, night has \d\.\d{3}/)
  t.match(stderr, /balanced, night has/)
  t.notMatch(stderr, /fast:AP50/)
  for (const line of [/fast {6}as it is/, /balanced {2}as it is/, /fast {6}night/, /balanced {2}night/])
    t.match(stdout, line)
})

t.test("the same signs are read from YOLO's, VOC's and COCO's words", async (t) => {
  const all = await sceneLabels()
  const codes = [...new Set(photos.flatMap((photo) => all[photo]!.map((sign) => sign.class_code)))]
  const sizes = new Map<string, { width: number; height: number }>()
  for (const photo of photos) sizes.set(photo, await sharp(join(fixtures, photo)).metadata())
  const files: Record<string, Record<string, string>> = { yolo: { 'classes.txt': codes.join('\n') }, voc: {}, coco: {} }
  const coco = {
    images: [] as object[],
    annotations: [] as object[],
    categories: codes.map((name, id) => ({ id, name })),
  }
  for (const [id, photo] of photos.entries()) {
    const { width, height } = sizes.get(photo)!
    const signs = all[photo]!
    coco.images.push({ id, file_name: photo, width, height })
    coco.annotations.push(
      ...signs.map(({ box: [x1, y1, x2, y2], class_code }) => ({
        image_id: id,
        category_id: codes.indexOf(class_code),
        bbox: [x1, y1, x2 - x1, y2 - y1],
      })),
    )
    const lines = signs.map(({ box: [x1, y1, x2, y2], class_code }) =>
      [
        codes.indexOf(class_code),
        (x1 + x2) / 2 / width,
        (y1 + y2) / 2 / height,
        (x2 - x1) / width,
        (y2 - y1) / height,
      ].join(' '),
    )
    const objects = signs.map(
      ({ box: [x1, y1, x2, y2], class_code }) =>
        `<object><name>${class_code}</name><bndbox><xmin>${x1}</xmin><ymin>${y1}</ymin><xmax>${x2}</xmax><ymax>${y2}</ymax></bndbox></object>`,
    )
    files.yolo![photo.replace('.jpg', '.txt')] = lines.join('\n')
    files.voc![photo.replace('.jpg', '.xml')] = `<annotation>${objects.join('')}</annotation>`
  }
  files.coco!['instances.json'] = JSON.stringify(coco)
  const names = new SignNames(codes.map((code) => ({ code, name: code, name_en: code, category: 'other' })))
  for (const [format, texts] of Object.entries(files)) {
    const dir = await scenes(t)
    for (const [name, content] of Object.entries(texts)) await writeFile(join(dir, name), content)
    const labels = await readLabels(dir, anyLabels)
    t.same([labels.format, labels.photos.map(({ name }) => name)], [format, photos])
    for (const photo of labels.photos) {
      const truths = truthsOf(photo, sizes.get(photo.name)!, names)
      const signs = truths.map(({ box, classCode }) => ({
        box: [box.x1, box.y1, box.x2, box.y2].map(Math.round),
        class_code: classCode,
      }))
      t.same(signs, all[photo.name], `${format}: ${photo.name}`)
    }
  }
})

t.test(
  'foreign names are listed, photos without labels or pixels are left out, false alarms show on the page',
  async (t) => {
    const dir = await scenes(t)
    await writeFile(join(dir, 'broken.jpg'), '<html>')
    const sign = { box: [100, 160, 140, 200], fine: 'Speed <40>' }
    await writeFile(
      join(dir, 'labels.json'),
      JSON.stringify({ 'street-small.jpg': [sign], 'broken.jpg': [], 'gone.jpg': [] }),
    )
    const html = join(dir, 'r.html')
    const { code, stdout } = await evaluate(dir, '--mode', 'fast', '--lang', 'en', '--html', html)
    t.equal(code, 1, 'a photo could not be read')
    t.match(stdout, /Speed <40> {2}1\n/)
    t.match(stdout, /street-crossroads\.jpg {2}no labels/)
    t.match(stdout, /gone\.jpg {2,}the labels speak of it/)
    t.match(stdout, /broken\.jpg {2,}\S/)
    const page = await readFile(html, 'utf8')
    t.match(page, /Speed &lt;40&gt;/)
    t.match(page, /<h2>False alarms<\/h2>[\s\S]*<img src="data:image\/jpeg;base64,/, 'the sign that is not labelled')
  },
)

t.test('a photo that the labels speak of and that is missing fails the command', async (t) => {
  const dir = await scenes(t)
  const signs = (await sceneLabels())['street-small.jpg']
  const labels = { 'street-small.jpg': signs, 'street-crossroads.jpg': [], 'night/street-small.jpg': signs }
  await writeFile(join(dir, 'labels.json'), JSON.stringify(labels))
  const { code, stdout, stderr } = await evaluate(dir, '--mode', 'fast', '--lang', 'en', '--floor', 'AP50=0')
  t.equal(code, 1)
  t.match(stderr, /The floor is reached/)
  t.match(stdout, /night\/street-small\.jpg {2,}the labels speak of it/)
})

t.test('photos without signs measure false alarms', async (t) => {
  const dir = t.testdir()
  await sharp({ create: { width: 320, height: 240, channels: 3, background: '#8899aa' } })
    .jpeg()
    .toFile(join(dir, 'sky.jpg'))
  const { code, stdout, stderr } = await evaluate(
    dir,
    '--sign-free',
    '--mode',
    'fast',
    '--lang',
    'en',
    '--floor',
    'sign_free_false_alarms@0.5<=0',
  )
  t.equal(code, 0, stderr)
  t.match(stdout, /1 photo \(1 free of signs\), 0 signs/)
})

t.test('what is wrong is said in one line and the language asked for', async (t) => {
  const dir = await scenes(t)
  await writeFile(join(dir, 'labels.json'), '{"street-small.jpg": [{"box": [1, 2, 3]}]}')
  const bad = await evaluate(dir, '--lang', 'zh-CN')
  t.equal(bad.code, 1)
  t.match(bad.stderr, /^\S+labels\.json: street-small\.jpg\[0\]\.box：不符合格式.*\n$/)
  t.match(await evaluate(join(dir, 'none'), '--lang', 'en'), { code: 2, stderr: /none is not a folder/ })
  t.match(await evaluate(dir, '--model', dir, '--lang', 'en'), { code: 1, stderr: /model\.json/ })
  t.match((await evaluate('--help', '--lang=en')).stdout, /^Usage: npm run eval/)
})
