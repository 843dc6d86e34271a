import type { DetectionMode } from '../contract/index.ts'
import { type Alteration, alterations } from './alter/alter.ts'
import { lowestConfidence } from './collect.ts'
import type { EvaluatedRun } from './evaluate.ts'
import type { OperatingPoint } from './operating-points.ts'

/** What a measure has to reach, for a build that must not get worse. */
export interface Floor {
  /** As written on the command line. */
  text: string
  /** null: every mode. */
  mode: DetectionMode | null
  /** null: the unaltered photos. */
  alteration: Alteration | null
  measure: string
  /** Of measures at a confidence threshold; null elsewhere. */
  confidence: number | null
  limit: number
  direction: 'at-least' | 'at-most'
}

/** A floor that a run did not reach. */
export interface MissedFloor {
  floor: Floor
  run: EvaluatedRun
  /** null: there was nothing to measure. */
  value: number | null
}

/** Names on the command line → figures of a run. */
const measures: Record<string, (run: EvaluatedRun) => number | null> = {
  AP: ({ score }) => score.ap,
  AP50: ({ score }) => score.ap50,
  'AP50-95': ({ score }) => score.ap50To95,
  mAP_category: ({ score }) => score.meanApOfCategories,
  mAP_class: ({ score }) => score.meanApOfClasses,
  category_accuracy: ({ score }) => score.naming.categoryAccuracy,
  class_accuracy: ({ score }) => score.naming.classAccuracy,
  readings_right: ({ score }) => score.naming.readings?.right ?? null,
  readings_wrong: ({ score }) => score.naming.readings?.wrong ?? null,
  ece: ({ score }) => score.reliability.ece,
  cpu_ms: ({ inferTime }) => inferTime?.median.cpu ?? null,
}

/** The same for measures at a threshold, `recall@0.5`. */
const measuresAt: Record<string, (point: OperatingPoint) => number | null> = {
  precision: (point) => point.precision,
  recall: (point) => point.recall,
  f1: (point) => point.f1,
  false_alarms: (point) => point.falseAlarmsPerPhoto,
  sign_free_false_alarms: (point) => point.falseAlarmsPerSignFreePhoto,
}

const lowerIsBetter = new Set(['readings_wrong', 'ece', 'cpu_ms', 'false_alarms', 'sign_free_false_alarms'])
const modes: readonly string[] = ['fast', 'balanced', 'accurate', 'max'] satisfies DetectionMode[]

export const measureNames = [...Object.keys(measures), ...Object.keys(measuresAt).map((name) => `${name}@0.5`)]

/** A floor cannot be read. */
export class FloorError extends Error {
  override name = 'FloorError'
}

/**
 * Reads `AP50=0.95,recall@0.5>=0.9,false_alarms@0.5<=0.2,night:recall@0.5=0.7,fast:AP=0.9`. `=` means at least as good as.
 * @throws FloorError whose message is the part that cannot be read, and the least confidence where it asks for less.
 */
export function parseFloors(text: string): Floor[] {
  return text.split(',').map((part) => parseFloor(part.trim()))
}

function parseFloor(text: string): Floor {
  const match = /^((?:[a-z]+:)*)([\w-]+)(?:@(\d*\.?\d+))?\s*(>=|<=|=)\s*(\d*\.?\d+)$/i.exec(text)
  const [, prefixes = '', measure = '', at, sign, limit] = match ?? []
  const known = at === undefined ? Object.hasOwn(measures, measure) : Object.hasOwn(measuresAt, measure)
  if (!known || Number(at ?? 0) > 1) throw new FloorError(text)
  // What is less certain is not looked for, so that no such figure is measured.
  if (at !== undefined && Number(at) < lowestConfidence) throw new FloorError(`${text} (@ ≥ ${lowestConfidence})`)
  const floor: Floor = {
    text,
    mode: null,
    alteration: null,
    measure,
    confidence: at === undefined ? null : Number(at),
    limit: Number(limit),
    direction: sign === '<=' || (sign === '=' && lowerIsBetter.has(measure)) ? 'at-most' : 'at-least',
  }
  for (const prefix of prefixes.split(':').slice(0, -1)) {
    const alteration = alterations.find((name) => name === prefix)
    if (alteration) floor.alteration = alteration
    else if (modes.includes(prefix)) floor.mode = prefix as DetectionMode
    else throw new FloorError(text)
  }
  return floor
}

/** What fell short, in the order of the floors. A floor that no run is about is missed by none: see `isAbout`. */
export function missedFloors(floors: readonly Floor[], runs: readonly EvaluatedRun[]): MissedFloor[] {
  return floors.flatMap((floor) =>
    runs
      .filter((run) => isAbout(floor, run))
      .map((run) => ({ floor, run, value: figureOf(floor, run) }))
      .filter(({ value }) => value === null || !reaches(value, floor)),
  )
}

/** Whether a floor is about a run. One that is about none is a mistake of whoever wrote it. */
export function isAbout(floor: Floor, run: { mode: DetectionMode; alteration: Alteration | null }): boolean {
  return (floor.mode === null || floor.mode === run.mode) && floor.alteration === run.alteration
}

function figureOf({ measure, confidence }: Floor, run: EvaluatedRun): number | null {
  if (confidence === null) return measures[measure]!(run)
  const point = run.score.operatingPoints.find((one) => one.confidence === confidence)
  return point ? measuresAt[measure]!(point) : null
}

function reaches(value: number, { limit, direction }: Floor): boolean {
  return direction === 'at-least' ? value >= limit : value <= limit
}
