import ort from 'onnxruntime-node'

/**
 * Loads a network for one thread that never spins: N processes of one thread outrun one process of N,
 * and a spinning idle thread takes its core from the others. Blocks the event loop while it loads and while it runs.
 */
export async function openSession(path: string): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    })
  } catch (cause) {
    throw new Error(`The network ${path} cannot be loaded: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    })
  }
}

/** Runs a network of one uint8 input. @throws Error naming the output that the network lacks. */
export async function runSession(
  session: ort.InferenceSession,
  input: { name: string; data: Uint8Array; dims: number[] },
  outputs: string[],
): Promise<Float32Array[]> {
  const results = await session.run({ [input.name]: new ort.Tensor('uint8', input.data, input.dims) }, outputs)
  return outputs.map((name) => {
    const data = results[name]?.data
    if (data instanceof Float32Array) return data
    throw new Error(`The network has no float output ${name}`)
  })
}
