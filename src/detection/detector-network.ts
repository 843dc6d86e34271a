import type { InferenceSession } from 'onnxruntime-node'
import type { RawPicture } from '../raw-picture.ts'
import { checkInput, checkOutput } from './check-network.ts'
import {
  byScore,
  type Candidate,
  type DecodeRule,
  type Decoder,
  type InputSize,
  type NetworkOutput,
  type OutputProblem,
} from './decoders/decoder.ts'
import { decoders } from './decoders/index.ts'
import { scaleAndMove } from './geometry.ts'
import { toTensor } from './input-tensor.ts'
import { type InputRule, type LetterboxPlan, letterbox, planLetterbox } from './letterbox.ts'
import type { ModelManifest, Precision } from './model-manifest.ts'
import { ModelProblem } from './model-problem.ts'
import { openSession, runSession } from './open-session.ts'
import { suppress } from './suppress.ts'

// Large enough that there are more boxes than classes: outputs [1, N, C] and [1, C, N] can be told apart.
const warmUpSide = 320

/** The network that finds signs, of any family that a decoder reads. */
export class DetectorNetwork {
  readonly #model: ModelManifest
  readonly #session: InferenceSession
  readonly #decoder: Decoder
  readonly #input: InputRule

  private constructor(model: ModelManifest, session: InferenceSession) {
    this.#model = model
    this.#session = session
    this.#decoder = decoders[model.detector.decoder]
    this.#input = inputRuleOf(model, this.#decoder)
  }

  /** @throws ModelProblem when the network cannot be loaded or is not as described. */
  static async open(model: ModelManifest, precision: Precision): Promise<DetectorNetwork> {
    const { detector, detectorPaths, path } = model
    const session = await openSession(detectorPaths[precision] ?? detectorPaths.fp32)
    const [height, width] = detector.input.fixed_size ?? [null, null]
    const place = { field: 'detector.input', sizeField: 'fixed_size' } as const
    checkInput(session, { ...detector.input, ...place, batch: 1, height, width }, path)
    for (const [role, name] of Object.entries(detector.outputs)) {
      checkOutput(session, name, `detector.outputs.${role}`, path)
    }
    return new DetectorNetwork(model, session)
  }

  /**
   * The first run allocates and is slow: this is it. Every score is looked at, also those that are too low to count.
   * @throws ModelProblem where outputs are not what the decoder reads.
   */
  async warmUp(): Promise<void> {
    const { fixed } = this.#input
    const { width, height } = fixed ?? { width: warmUpSide, height: warmUpSide }
    await this.find({ data: Buffer.alloc(width * height * 3, 114), width, height }, Number.NEGATIVE_INFINITY)
  }

  /** How a picture goes into the network when its long side may have so many pixels. */
  plan(picture: { width: number; height: number }, longSide: number, maxUpscale = 1): LetterboxPlan {
    return planLetterbox(picture.width, picture.height, { ...this.#input, longSide, maxUpscale })
  }

  /**
   * One run over a picture as it is, or shrunk to what the network takes. In the picture's pixels, best first.
   * @throws ModelProblem where the network gives what is no score or no place.
   */
  async find(picture: RawPicture, minScore: number): Promise<Candidate[]> {
    const { detector } = this.#model
    const plan = this.plan(picture, Math.max(picture.width, picture.height))
    const plane = await letterbox(picture, plan, detector.input.pad_value)
    const size = { width: plan.inputWidth, height: plan.inputHeight }
    const decoded = this.#decode(await this.#run(plane, size), size, minScore)
    const found = this.#decoder.hasRepeats ? suppress(decoded, { maxIou: detector.iou_threshold }) : decoded
    const { scaleX, scaleY, offsetX, offsetY } = plan
    return found.map((candidate) => ({
      ...candidate,
      ...scaleAndMove(candidate, scaleX, scaleY, -offsetX * scaleX, -offsetY * scaleY),
    }))
  }

  #run(plane: Uint8Array, { width, height }: InputSize): Promise<NetworkOutput[]> {
    const { input, outputs } = this.#model.detector
    const names = this.#decoder.roles.map((role) => outputs[role]!)
    return runSession(this.#session, toTensor(plane, width, height, input), names)
  }

  #decode(outputs: NetworkOutput[], size: InputSize, minScore: number): Candidate[] {
    const { detector } = this.#model
    const rule: DecodeRule = {
      classes: classCountOf(this.#model),
      strides: detector.strides,
      minScore,
    }
    const problem = this.#decoder.problemOf(outputs, size, rule)
    if (problem) throw problemWith(this.#model, problem, size)
    const candidates = this.#decoder.decode(outputs, size, rule)
    const wrong = candidates.find((candidate) => !isPossible(candidate, rule))
    if (wrong) throw impossible(this.#model, wrong)
    return candidates.sort(byScore).slice(0, detector.max_candidates)
  }
}

/** Rounding may lift a score a little above 1. */
const scoreSlack = 0.001

function isPossible({ score, classIndex, x1, y1, x2, y2 }: Candidate, { classes }: DecodeRule): boolean {
  const isNamed = classIndex >= 0 && classIndex < classes
  return isNamed && score >= 0 && score <= 1 + scoreSlack && Number.isFinite(x1 + y1 + x2 + y2)
}

function impossible(model: ModelManifest, { score, classIndex, x1, y1, x2, y2 }: Candidate): ModelProblem {
  const box = [x1, y1, x2, y2].map((value) => value.toFixed(1)).join(', ')
  const given = score.toFixed(3)
  return new ModelProblem(model.path, 'detector.outputs', {
    en: `scores must lie between 0 and 1 and boxes be numbers, but the network gives score ${given}, class ${classIndex}, box ${box}: was it exported without the sigmoid?`,
    zh: `得分必须在 0 到 1 之间，坐标必须是数字，而网络给出得分 ${given}、类别 ${classIndex}、坐标 ${box}：导出时是否缺少 sigmoid？`,
  })
}

function inputRuleOf({ detector: { input } }: ModelManifest, { minSide }: Decoder): InputRule {
  const { fixed_size: fixed, size_multiple: multiple = 1, pad } = input
  return { fixed: fixed ? { height: fixed[0], width: fixed[1] } : null, multiple, minSide, isCentred: pad === 'both' }
}

/** How many classes the detector tells apart: its own, or without a classifier the labels. */
function classCountOf({ detector, labels }: ModelManifest): number {
  return detector.categories?.length ?? labels.length
}

function problemWith(model: ModelManifest, problem: OutputProblem, { width, height }: InputSize): ModelProblem {
  const { decoder, categories } = model.detector
  const { name, dims } = problem.output
  const given = `${name} [${dims.join(', ')}]`
  if (problem.kind === 'shape') {
    return new ModelProblem(model.path, 'detector.decoder', {
      en: `${decoder} reads ${problem.expected} for an input of ${width}×${height} pixels, but the network gives ${given}`,
      zh: `输入为 ${width}×${height} 像素时，${decoder} 需要 ${problem.expected}，而网络给出 ${given}`,
    })
  }
  const { found } = problem
  const described = classCountOf(model)
  return new ModelProblem(model.path, categories ? 'detector.categories' : 'labels', {
    en: `the detector tells ${found} classes apart, but ${described} are described here (${given})`,
    zh: `检测器区分 ${found} 个类别，而这里描述了 ${described} 个（${given}）`,
  })
}
