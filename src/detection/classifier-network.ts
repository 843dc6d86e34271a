import type { InferenceSession } from 'onnxruntime-node'
import type { RawPicture } from '../raw-picture.ts'
import { checkInput, checkOutput } from './check-network.ts'
import { chooseLabel, type LabelRule, labelRuleOf, type Verdict } from './choose-label.ts'
import { cutCrops } from './cut-crops.ts'
import type { Candidate } from './decoders/decoder.ts'
import type { ModelManifest, Precision } from './model-manifest.ts'
import { ModelProblem } from './model-problem.ts'
import type { ClassifierDescription } from './model-schema.ts'
import { openSession, runSession } from './open-session.ts'

/** The network that names signs and recognises false alarms. */
export class ClassifierNetwork {
  readonly #model: ModelManifest
  readonly #classifier: ClassifierDescription
  readonly #session: InferenceSession
  readonly #labelRule: LabelRule

  private constructor(model: ModelManifest, classifier: ClassifierDescription, session: InferenceSession) {
    this.#model = model
    this.#classifier = classifier
    this.#session = session
    this.#labelRule = labelRuleOf(model, classifier)
  }

  /**
   * null for a model without a classifier.
   * @throws ModelProblem when the network cannot be loaded or is not as described.
   */
  static async open(model: ModelManifest, precision: Precision): Promise<ClassifierNetwork | null> {
    const { classifier, classifierPaths, path } = model
    if (classifier === null || classifierPaths === null) return null
    const session = await openSession(classifierPaths[precision] ?? classifierPaths.fp32)
    const { size } = classifier.input
    const batch = classifier.max_batch === 1 ? 1 : null
    const place = { field: 'classifier.input', sizeField: 'size' } as const
    checkInput(session, { ...classifier.input, ...place, batch, height: size, width: size }, path)
    checkOutput(session, classifier.output, 'classifier.output', path)
    return new ClassifierNetwork(model, classifier, session)
  }

  /** The first run allocates and is slow: this is it. @throws ModelProblem where the labels are not the network's. */
  async warmUp(): Promise<void> {
    const { size } = this.#classifier.input
    const grey: RawPicture = { data: Buffer.alloc(size * size * 3, 114), width: size, height: size }
    await this.classify(grey, [{ x1: 0, y1: 0, x2: size, y2: size, score: 1, classIndex: 0 }])
  }

  /** A verdict for each candidate, whose boxes are in the picture's pixels. */
  async classify(picture: RawPicture, candidates: Candidate[]): Promise<Verdict[]> {
    const { max_batch } = this.#classifier
    const verdicts: Verdict[] = []
    for (let start = 0; start < candidates.length; start += max_batch) {
      const batch = candidates.slice(start, start + max_batch)
      const probabilities = await this.#run(picture, batch)
      verdicts.push(...batch.map(({ classIndex }, row) => chooseLabel(probabilities, row, classIndex, this.#labelRule)))
    }
    return verdicts
  }

  async #run(picture: RawPicture, batch: Candidate[]): Promise<Float32Array> {
    const { input, margin, output } = this.#classifier
    const data = cutCrops(picture, batch, { size: input.size, margin, channelOrder: input.channel_order })
    const dims = [batch.length, input.size, input.size, 3]
    const [result] = await runSession(this.#session, { name: input.name, dtype: 'uint8', data, dims }, [output])
    const { labels, path } = this.#model
    const isWhole = result!.data.length === batch.length * labels.length
    if (isWhole && result!.data.every((value) => value >= 0 && value <= 1.001)) return result!.data
    if (isWhole) throw notProbabilities(path)
    const found = result!.data.length / batch.length
    throw new ModelProblem(path, 'labels', {
      en: `the classifier tells ${found} labels apart, but ${labels.length} are described here`,
      zh: `分类器区分 ${found} 个标签，而这里描述了 ${labels.length} 个`,
    })
  }
}

function notProbabilities(manifestPath: string): ModelProblem {
  return new ModelProblem(manifestPath, 'classifier.output', {
    en: 'must be probabilities between 0 and 1, and the network gives others: was it exported without the softmax?',
    zh: '必须是 0 到 1 之间的概率，而网络给出了其他数值：导出时是否缺少 softmax？',
  })
}
