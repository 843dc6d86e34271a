import type { ReportText } from './texts.ts'

export const en: ReportText = {
  title: 'Traffic-sign detection: evaluation',
  model: 'Model',
  folder: 'Photos',
  labels: 'Labels',
  summary: (photos, signFree, signs, ignored) =>
    `${count(photos, 'photo')} (${signFree} free of signs), ${count(signs, 'sign')}, and ${ignored} ignored`,
  rule: (iou, confidence, lowest) =>
    `Found means an IoU of at least ${iou}; details are at confidence ${confidence}; finds below ${lowest} are not collected`,
  unaltered: 'as it is',
  alterations: {
    night: 'night',
    rain: 'rain',
    backlight: 'backlight',
    blur: 'motion blur',
    tilt: 'tilt',
    occlusion: 'occlusion',
    noise: 'noise',
  },
  categories: { prohibitory: 'prohibitory', mandatory: 'mandatory', warning: 'warning', other: 'other' },
  overview: {
    title: 'Overview',
    note: 'AP is the average precision of "any sign" (101 points); mAP is the mean over the categories or classes that occur.',
    columns: [
      'Mode',
      'Photos',
      'AP',
      'AP50',
      'AP50-95',
      'mAP category',
      'mAP class',
      'Precision',
      'Recall',
      'False alarms/photo',
      'Class right',
    ],
  },
  points: {
    title: 'Confidence thresholds',
    note: 'False alarms/free: false alarms on each photo that is free of signs.',
    columns: [
      'Threshold',
      'Hits',
      'Missed',
      'False alarms',
      'Precision',
      'Recall',
      'F1',
      'False alarms/photo',
      'False alarms/free',
    ],
  },
  sizes: {
    title: 'By size of the sign',
    note: "The side is that of a square of the sign's area, in pixels of the photo.",
    columns: ['Side', 'Signs', 'Recall', 'AP'],
  },
  byCategory: { title: 'By category', columns: ['Category', 'Signs', 'AP'] },
  classes: { title: 'By class', note: 'The classes that occur.', columns: ['Code', 'Signs', 'AP'] },
  naming: {
    title: 'Names',
    note: 'Of the signs that were found and whose labels tell.',
    columns: ['What', 'Signs', 'Right', 'Wrong', 'Not given'],
    category: 'Category',
    class: 'Class',
    readings: 'Reading',
  },
  reliability: {
    title: 'Reliability of the confidence',
    note: (ece) =>
      `Well calibrated, the share right equals the mean confidence. Expected calibration error ECE = ${ece}`,
    columns: ['Confidence', 'Finds', 'Mean confidence', 'Share right'],
  },
  confusions: {
    title: 'Most frequent mistakes',
    note: 'Labelled one thing and taken for another.',
    columns: ['Label', 'Taken for', 'Count'],
    missed: 'missed',
    falseAlarm: 'false alarm',
    none: 'No mistakes',
  },
  matrix: { title: 'Confusion matrix', note: 'Rows: labels. Columns: what the model says.', corner: 'label \\ found' },
  timing: {
    title: 'Milliseconds per photo',
    note: 'One thread. Finds are collected at the lowest confidence, so more is classified than in the server: about a tenth longer.',
    columns: ['Step', 'CPU median', 'CPU mean', 'Wall median', 'Wall mean'],
    decode: 'decode',
    infer: (mode) => `detect ${mode}`,
  },
  unknownNames: {
    title: 'Names that the model does not know',
    note: 'They count as signs only; --map translates them.',
    columns: ['Name', 'Signs'],
  },
  leftOut: {
    title: 'Photos left out',
    columns: ['Photo', 'Why'],
    unlabelled: 'no labels',
    missing: 'the labels speak of it, but it is not there',
  },
  cases: {
    missed: { title: 'Missed', none: 'Nothing was missed.' },
    'false-alarm': { title: 'False alarms', none: 'There were no false alarms.' },
    'wrong-name': { title: 'Wrong names', none: 'No sign got a wrong name.' },
  },
  shown: (shown, all) => (shown < all ? `${shown} of ${all}` : `${all}`),
  legend: { truth: 'solid: labelled', found: 'dashed: found' },
  truthIs: (name) => `Labelled ${name}`,
  foundAs: (name, confidence) => `Found ${name} ${confidence}`,
  notSeen: 'Nothing found',
  details: (run) => `The tables below: ${run}`,
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
