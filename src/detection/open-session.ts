import ort from 'onnxruntime-node'
import type { NetworkOutput } from './decoders/decoder.ts'
import { ModelProblem, reasonOf } from './model-problem.ts'

export type NetworkInput = { name: string; dims: number[] } & (
  | { dtype: 'uint8'; data: Uint8Array }
  | { dtype: 'float32'; data: Float32Array }
)

/**
 * Loads a network for one thread that never spins: N processes of one thread outrun one process of N,
 * and a spinning idle thread takes its core from the others. Blocks the event loop while it loads and while it runs.
 * @throws ModelProblem naming the file.
 */
export async function openSession(path: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      // Errors come as exceptions; what else the library has to say, such as unused weights, is nobody's concern here.
      logSeverityLevel: 3,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (cause) {
    const reason = reasonOf(cause)
    const sentence = { en: `the network cannot be loaded: ${reason}`, zh: `无法加载网络：${reason}` }
    throw new ModelProblem(path, null, sentence, { cause })
  }
}

/** Runs a network of one input. `outputs` are names of float outputs that it has. */
export async function runSession(
  session: ort.InferenceSession,
  input: NetworkInput,
  outputs: string[],
): Promise<NetworkOutput[]> {
  const results = await session.run({ [input.name]: new ort.Tensor(input.dtype, input.data, input.dims) }, outputs)
  return outputs.map((name) => {
    const { data, dims } = results[name]!
    if (data instanceof Float32Array) return { name, data, dims }
    throw new Error(`The network has no float output ${name}`)
  })
}
