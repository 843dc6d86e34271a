import type { Language, SignCategory } from '../contract/index.ts'
import type { NetworkDescription } from '../detection/describe-networks.ts'
import { classesOf, type ModelLabel, type ModelManifest, modelInfoOf } from '../detection/model-manifest.ts'
import type { ModelCheck } from './check-model.ts'
import { type ModelCheckText, modelCheckTexts } from './model-check-texts.ts'
import { printable } from './progress.ts'
import { signTable } from './report.ts'
import { renderTable } from './table.ts'

/** For people: what the model is, how fast, how its precisions agree, and what is wrong. */
export function describeModelCheck(check: ModelCheck, runs: number, language: Language): string {
  const texts = modelCheckTexts(language)
  const parts = [
    check.model ? aboutModel(check.model, texts) : [],
    check.networks.length > 0
      ? renderTable([texts.networkColumns, ...check.networks.map((one) => row(one, texts))])
      : [],
    check.model ? aboutLabels(check.model, texts, language) : [],
    aboutTimes(check, runs, texts),
    aboutPictures(check, texts, language),
    [...check.pictureProblems, ...check.problems].map((problem) => texts.problem(problem)),
    [check.problems.length === 0 ? texts.good : texts.bad(check.problems.length)],
  ]
  return parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(printable).join('\n'))
    .join('\n\n')
}

function aboutModel(model: ModelManifest, texts: ModelCheckText): string[] {
  const { input, decoder } = model.detector
  const size = input.fixed_size ? texts.sizeFixed(...input.fixed_size) : texts.sizeFree(input.size_multiple ?? 1)
  return [
    `${model.name} – ${model.title}`,
    `${texts.version}${texts.colon}${model.version}`,
    `${texts.licence}${texts.colon}${model.licence ?? texts.noLicence}`,
    `${texts.decoder}${texts.colon}${decoder} (${texts.decoders[decoder]})`,
    `${texts.input}${texts.colon}${input.layout} ${input.dtype} ${input.channel_order}, ${size}`,
    ...(model.classifier === null ? [texts.noClassifier] : []),
  ]
}

function row({ role, precision, file, bytes, inputs, outputs }: NetworkDescription, texts: ModelCheckText): string[] {
  return [texts[role], precision, file, `${(bytes / 1e6).toFixed(1)} MB`, inputs.join('; '), outputs.join('; ')]
}

function aboutLabels(model: ModelManifest, texts: ModelCheckText, language: Language): string[] {
  const classes = classesOf(model)
  const readings = model.labels.filter(({ reading_of }) => reading_of !== undefined)
  const nameOf = (label: ModelLabel) => (language === 'en' ? label.name_en : label.name)
  const perCategory = countBy(classes)
  return [
    `${texts.classes(classes.length, readings.length)}${texts.colon}${perCategory.map(([name, count]) => texts.classesOf(name, count)).join(', ')}`,
    ...classes.flatMap((whole) => {
      const own = readings.filter(({ reading_of }) => reading_of === whole.code)
      return own.length === 0 ? [] : [texts.readingsOf(nameOf(whole), own.map(nameOf).join(', '))]
    }),
  ]
}

function countBy(labels: ModelLabel[]): [SignCategory, number][] {
  const counts = new Map<SignCategory, number>()
  for (const { category } of labels) counts.set(category, (counts.get(category) ?? 0) + 1)
  return [...counts]
}

function aboutTimes({ timings, precisions }: ModelCheck, runs: number, texts: ModelCheckText): string[] {
  if (timings.length === 0) return []
  const names = [...new Set(timings.map(({ mode }) => mode))]
  const rows = names.map((mode) => [
    texts.modes[mode],
    ...precisions.map((precision) => {
      const timing = timings.find((one) => one.mode === mode && one.precision === precision)
      return timing ? timing.cpuMs.toFixed(0) : '–'
    }),
  ])
  return [texts.timing(runs), ...renderTable([[...texts.timingColumns, ...precisions], ...rows])]
}

function aboutPictures(check: ModelCheck, texts: ModelCheckText, language: Language): string[] {
  const found = check.detections.flatMap(({ picture, detections }) => [
    texts.found(picture, detections.length),
    ...signTable(detections, language).map((line) => `  ${line}`),
  ])
  const compared = check.comparisons.flatMap((comparison) => [
    texts.compared(comparison),
    ...comparison.renamed.map(({ fp32, int8 }) => `  ${texts.renamed(fp32, int8)}`),
  ])
  const isAlone = found.length > 0 && check.comparisons.length === 0
  return [...found, ...compared, ...(isAlone ? [texts.onlyFp32] : [])]
}

/** For machines: one document. */
export function modelCheckJson(check: ModelCheck): string {
  const { dir, model, networks, precisions, timings, detections, comparisons, problems, pictureProblems } = check
  const described = model && {
    ...modelInfoOf(model),
    readings: model.labels.filter(({ reading_of }) => reading_of !== undefined),
    decoder: model.detector.decoder,
    input: model.detector.input,
  }
  const isUsable = problems.length === 0
  return JSON.stringify(
    {
      dir,
      is_usable: isUsable,
      problems,
      picture_problems: pictureProblems,
      model: described,
      networks,
      precisions,
      timings: timings.map(({ mode, precision, cpuMs }) => ({ mode, precision, cpu_ms: Math.round(cpuMs * 10) / 10 })),
      pictures: detections,
      comparisons: comparisons.map(({ largestDifference, ...rest }) => ({
        ...rest,
        largest_difference: Math.round(largestDifference * 10_000) / 10_000,
      })),
    },
    null,
    2,
  )
}
