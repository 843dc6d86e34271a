import { setImmediate as nextTurn } from 'node:timers/promises'
import type { InferenceSession } from 'onnxruntime-node'
import type { Detection, DetectionMode } from '../contract/index.ts'
import type { RawPicture } from '../raw-picture.ts'
import { chooseLabel, cutCrops, rescore, type Verdict } from './classify-crops.ts'
import { byScore, type Candidate, countCells, decodeOutputs } from './decode-outputs.ts'
import { scaleAndMove, toPixels } from './geometry.ts'
import { type LetterboxPlan, letterbox, planLetterbox, resize } from './letterbox.ts'
import { labelIndex, type ModelManifest, signClassOf } from './model-manifest.ts'
import { openSession, runSession } from './open-session.ts'
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
  readonly #detector: InferenceSession
  readonly #classifier: InferenceSession

  private constructor(model: ModelManifest, detector: InferenceSession, classifier: InferenceSession) {
    this.#model = model
    this.#detector = detector
    this.#classifier = classifier
  }

  /** @throws Error naming the network that cannot be loaded. */
  static async open(model: ModelManifest): Promise<SignDetector> {
    const detector = await openSession(model.detectorPath)
    const classifier = await openSession(model.classifierPath)
    return new SignDetector(model, detector, classifier)
  }

  /**
   * The first run allocates and is slow: this is it. Also the check that weights and description belong together.
   * @throws Error saying which number does not fit.
   */
  async warmUp(): Promise<void> {
    const { input, strides, categories } = this.#model.detector
    const side = input.size_multiple * 2
    const grey: RawPicture = { data: Buffer.alloc(side * side * 3, 114), width: side, height: side }
    const [logits] = await this.#runDetector(new Uint8Array(grey.data), side, side)
    const expected = countCells(side, side, strides) * categories.length
    if (logits!.length !== expected) {
      throw new Error(
        `The detector gives ${logits!.length} logits for ${side}×${side} pixels, its description says ${expected}`,
      )
    }
    await this.#classify(grey, [{ x1: 0, y1: 0, x2: side, y2: side, score: 1, category: 0 }])
  }

  /** All signs of at least `confidenceThreshold`, best first, with boxes in whole pixels inside the picture. */
  async detect(picture: RawPicture, options: DetectorOptions, onProgress: OnProgress = () => {}): Promise<Detection[]> {
    const minScore = Math.max(options.confidenceThreshold - roundingSlack, this.#model.detector.score_floor)
    const candidates = await this.#findCandidates(picture, options.mode, minScore, onProgress)
    const verdicts = await this.#classify(picture, candidates)
    onProgress(1)
    return candidates
      .map((candidate, i) => this.#toDetection(picture, candidate, verdicts[i]!))
      .filter(({ confidence }) => confidence >= options.confidenceThreshold)
      .sort((a, b) => b.confidence - a.confidence || a.bbox[1] - b.bbox[1] || a.bbox[0] - b.bbox[0])
  }

  /** In source pixels, best first, each sign once. */
  async #findCandidates(
    picture: RawPicture,
    mode: DetectionMode,
    minScore: number,
    onProgress: OnProgress,
  ): Promise<Candidate[]> {
    const { detector } = this.#model
    const plan = this.#plan(picture, detector.long_side[mode], detector.max_upscale)
    const scaled = await resize(picture, plan.scaledWidth, plan.scaledHeight)
    const seen = [...(await this.#findIn(scaled, minScore)), ...(await this.#findCloseUps(scaled, minScore))]
    const found = seen.map((candidate) => ({ ...candidate, ...scaleAndMove(candidate, plan.scaleX, plan.scaleY) }))
    // Tiles show nothing new where the whole picture was seen at nearly its own size.
    if (mode === 'max' && plan.scaleX > 1.25) found.push(...(await this.#findInTiles(picture, minScore, onProgress)))
    const rule = { maxIou: detector.merge_iou_threshold, maxOverlapOfSmaller: detector.merge_ios_threshold }
    return suppress(found.sort(byScore), rule).slice(0, detector.max_detections)
  }

  /** Signs that fill so much of a large input that the network sees only their parts there. */
  async #findCloseUps(scaled: RawPicture, minScore: number): Promise<Candidate[]> {
    const { long_side, min_side } = this.#model.detector.close_up
    if (Math.max(scaled.width, scaled.height) <= long_side) return []
    const { scaledWidth, scaledHeight, scaleX, scaleY } = this.#plan(scaled, long_side)
    const found = await this.#findIn(await resize(scaled, scaledWidth, scaledHeight), minScore)
    return found
      .filter(({ x1, x2 }) => x2 - x1 >= min_side)
      .map((candidate) => ({ ...candidate, ...scaleAndMove(candidate, scaleX, scaleY) }))
  }

  /** One run of the network over a picture as it is, in the picture's pixels. */
  async #findIn(picture: RawPicture, minScore: number): Promise<Candidate[]> {
    const { detector } = this.#model
    const plan = this.#plan(picture, Math.max(picture.width, picture.height))
    const input = await letterbox(picture, plan, detector.input.pad_value)
    const [categoryLogits, distances] = await this.#runDetector(input, plan.inputWidth, plan.inputHeight)
    const output = { categoryLogits: categoryLogits!, distances: distances! }
    const decoded = decodeOutputs(output, plan.inputWidth, plan.inputHeight, {
      strides: detector.strides,
      categories: detector.categories.length,
      minScore,
      maxCandidates: detector.max_candidates,
    })
    return suppress(decoded, { maxIou: detector.iou_threshold })
  }

  async #findInTiles(picture: RawPicture, minScore: number, onProgress: OnProgress): Promise<Candidate[]> {
    const rule = this.#model.detector.tiles
    const shrink = Math.max(1, Math.max(picture.width, picture.height) / rule.max_long_side)
    const source = await resize(picture, Math.round(picture.width / shrink), Math.round(picture.height / shrink))
    const [scaleX, scaleY] = [picture.width / source.width, picture.height / source.height]
    const tiles = planTiles(source.width, source.height, rule)
    const found: Candidate[] = []
    for (const [i, tile] of tiles.entries()) {
      for (const candidate of await this.#findIn(cutTile(source, tile), minScore)) {
        if (isCut(candidate, tile, source.width, source.height)) continue
        found.push({ ...candidate, ...scaleAndMove(candidate, scaleX, scaleY, tile.x * scaleX, tile.y * scaleY) })
      }
      onProgress((i + 1) / (tiles.length + 1))
      await nextTurn() // The network blocks: between runs the process hears whether anyone still waits.
    }
    return found
  }

  #plan(picture: { width: number; height: number }, longSide: number, maxUpscale = 1): LetterboxPlan {
    const multiple = this.#model.detector.input.size_multiple
    return planLetterbox(picture.width, picture.height, { longSide, multiple, maxUpscale })
  }

  #runDetector(data: Uint8Array, width: number, height: number): Promise<Float32Array[]> {
    const { input, outputs } = this.#model.detector
    const dims = [1, height, width, 3]
    return runSession(this.#detector, { name: input.name, data, dims }, [outputs.categories, outputs.distances])
  }

  async #classify(picture: RawPicture, candidates: Candidate[]): Promise<Verdict[]> {
    const { classifier, labels } = this.#model
    const { size } = classifier.input
    const rule = { size, margin: classifier.margin, channelOrder: classifier.input.channel_order }
    const verdicts: Verdict[] = []
    for (let start = 0; start < candidates.length; start += classifier.max_batch) {
      const batch = candidates.slice(start, start + classifier.max_batch)
      const data = cutCrops(picture, batch, rule)
      const input = { name: classifier.input.name, data, dims: [batch.length, size, size, 3] }
      const [probabilities] = await runSession(this.#classifier, input, [classifier.output])
      if (probabilities!.length !== batch.length * labels.length) {
        const found = probabilities!.length / batch.length
        throw new Error(`The classifier tells ${found} labels apart, its description has ${labels.length}`)
      }
      verdicts.push(...batch.map(({ category }, row) => this.#chooseLabel(probabilities!, row, category)))
    }
    return verdicts
  }

  #chooseLabel(probabilities: Float32Array, row: number, category: number): Verdict {
    const { classifier, detector, labels } = this.#model
    return chooseLabel(probabilities, row, labels.length, category, {
      notASign: labelIndex(this.#model, classifier.not_a_sign),
      minProbability: classifier.min_label_probability,
      fallback: detector.categories.map((name) => labelIndex(this.#model, classifier.fallback[name])),
    })
  }

  #toDetection(picture: RawPicture, candidate: Candidate, { label, signProbability }: Verdict): Detection {
    return {
      ...signClassOf(this.#model.labels[label]!),
      confidence: Math.round(rescore(candidate.score, signProbability) * 10_000) / 10_000,
      bbox: toPixels(candidate, picture.width, picture.height),
    }
  }
}
