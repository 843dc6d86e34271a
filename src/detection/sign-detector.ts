import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Detection, DetectionMode } from '../contract/index.ts'
import type { RawPicture } from '../raw-picture.ts'
import type { Verdict } from './choose-label.ts'
import { ClassifierNetwork } from './classifier-network.ts'
import { byScore, type Candidate } from './decoders/decoder.ts'
import { DetectorNetwork } from './detector-network.ts'
import { scaleAndMove, toPixels } from './geometry.ts'
import { resize } from './letterbox.ts'
import { type ModelManifest, type Precision, signClassOf } from './model-manifest.ts'
import { lowestScore, rescore } from './rescore.ts'
import { suppress } from './suppress.ts'
import { cutTile, isCut, planTiles } from './tiles.ts'

export interface DetectorOptions {
  mode: DetectionMode
  /** 0..1: what is rescored below it is left out. */
  confidenceThreshold: number
}

type OnProgress = (fraction: number) => void

// A confidence is rounded to 4 places before it is compared.
const roundingSlack = 0.00005

/** Finds and names the signs in a picture. Runs one picture at a time; the same pixels always give the same result. */
export class SignDetector {
  readonly #model: ModelManifest
  readonly #detector: DetectorNetwork
  readonly #classifier: ClassifierNetwork | null

  private constructor(model: ModelManifest, detector: DetectorNetwork, classifier: ClassifierNetwork | null) {
    this.#model = model
    this.#detector = detector
    this.#classifier = classifier
  }

  /**
   * Loads the networks: int8 where it is asked for and there is such a file, else fp32.
   * @throws ModelProblem naming the network that cannot be loaded, or the field that does not describe it.
   */
  static async open(model: ModelManifest, precision: Precision = 'fp32'): Promise<SignDetector> {
    const detector = await DetectorNetwork.open(model, precision)
    return new SignDetector(model, detector, await ClassifierNetwork.open(model, precision))
  }

  /**
   * The first run allocates and is slow: this is it. Also the check that weights and description belong together.
   * @throws ModelProblem saying which number does not fit.
   */
  async warmUp(): Promise<void> {
    await this.#detector.warmUp()
    await this.#classifier?.warmUp()
  }

  /** All signs of at least `confidenceThreshold`, best first, with boxes in whole pixels inside the picture. */
  async detect(picture: RawPicture, options: DetectorOptions, onProgress: OnProgress = () => {}): Promise<Detection[]> {
    const minScore = this.#minScore(options.confidenceThreshold)
    const candidates = await this.#findCandidates(picture, options.mode, minScore, onProgress)
    const verdicts = (await this.#classifier?.classify(picture, candidates)) ?? candidates.map(asDetected)
    onProgress(1)
    return candidates
      .map((candidate, i) => this.#toDetection(picture, candidate, verdicts[i]!))
      .filter(({ confidence }) => confidence >= options.confidenceThreshold)
      .sort((a, b) => b.confidence - a.confidence || a.bbox[1] - b.bbox[1] || a.bbox[0] - b.bbox[0])
  }

  /** Nothing that can reach the threshold has a lower score. */
  #minScore(confidenceThreshold: number): number {
    const { classifier, detector } = this.#model
    const confidence = Math.max(0, confidenceThreshold - roundingSlack)
    return Math.max(classifier ? lowestScore(confidence, classifier.rescoring) : confidence, detector.score_floor)
  }

  /** In source pixels, best first, each sign once. */
  async #findCandidates(
    picture: RawPicture,
    mode: DetectionMode,
    minScore: number,
    onProgress: OnProgress,
  ): Promise<Candidate[]> {
    const { detector } = this.#model
    // A network of one size limits every look by itself.
    const longSide = detector.long_side?.[mode] ?? Number.POSITIVE_INFINITY
    const plan = this.#detector.plan(picture, longSide, detector.max_upscale)
    const scaled = await resize(picture, plan.scaledWidth, plan.scaledHeight)
    const seen = [...(await this.#detector.find(scaled, minScore)), ...(await this.#findCloseUps(scaled, minScore))]
    const found = seen.map((candidate) => ({ ...candidate, ...scaleAndMove(candidate, plan.scaleX, plan.scaleY) }))
    // Tiles show nothing new where the whole picture was seen at nearly its own size.
    if (mode === 'max' && plan.scaleX > 1.25) found.push(...(await this.#findInTiles(picture, minScore, onProgress)))
    const rule = { maxIou: detector.merge_iou_threshold, maxOverlapOfSmaller: detector.merge_ios_threshold }
    return suppress(found.sort(byScore), rule).slice(0, detector.max_detections)
  }

  /** Signs that fill so much of a large input that the network sees only their parts there. */
  async #findCloseUps(scaled: RawPicture, minScore: number): Promise<Candidate[]> {
    const closeUp = this.#model.detector.close_up
    if (closeUp === null || Math.max(scaled.width, scaled.height) <= closeUp.long_side) return []
    const { scaledWidth, scaledHeight, scaleX, scaleY } = this.#detector.plan(scaled, closeUp.long_side)
    const found = await this.#detector.find(await resize(scaled, scaledWidth, scaledHeight), minScore)
    return found
      .filter(({ x1, x2 }) => x2 - x1 >= closeUp.min_side)
      .map((candidate) => ({ ...candidate, ...scaleAndMove(candidate, scaleX, scaleY) }))
  }

  async #findInTiles(picture: RawPicture, minScore: number, onProgress: OnProgress): Promise<Candidate[]> {
    const rule = this.#model.detector.tiles
    if (rule === null) return []
    const shrink = Math.max(1, Math.max(picture.width, picture.height) / rule.max_long_side)
    const source = await resize(picture, Math.round(picture.width / shrink), Math.round(picture.height / shrink))
    const [scaleX, scaleY] = [picture.width / source.width, picture.height / source.height]
    const tiles = planTiles(source.width, source.height, rule)
    const found: Candidate[] = []
    for (const [i, tile] of tiles.entries()) {
      for (const candidate of await this.#detector.find(cutTile(source, tile), minScore)) {
        if (isCut(candidate, tile, source.width, source.height)) continue
        found.push({ ...candidate, ...scaleAndMove(candidate, scaleX, scaleY, tile.x * scaleX, tile.y * scaleY) })
      }
      onProgress((i + 1) / (tiles.length + 1))
      await nextTurn() // The network blocks: between runs the process hears whether anyone still waits.
    }
    return found
  }

  #toDetection(picture: RawPicture, candidate: Candidate, { label, signProbability }: Verdict): Detection {
    const rescoring = this.#model.classifier?.rescoring
    const score = Math.min(candidate.score, 1)
    const confidence = rescoring ? rescore(score, signProbability, rescoring) : score
    return {
      ...signClassOf(this.#model.labels[label]!),
      confidence: Math.round(confidence * 10_000) / 10_000,
      bbox: toPixels(candidate, picture.width, picture.height),
    }
  }
}

/** Without a classifier the detector's own classes are the labels. */
function asDetected({ classIndex }: Candidate): Verdict {
  return { label: classIndex, signProbability: 1 }
}
