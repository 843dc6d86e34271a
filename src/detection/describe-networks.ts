import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { shapeOf } from './check-network.ts'
import { type ModelManifest, type NetworkPaths, type Precision, precisions } from './model-manifest.ts'
import { openSession } from './open-session.ts'

// What exporters call a dimension that nobody named.
const generatedName = /\w*_dim_\d+/g

/** One file of a model, in its own words. */
export interface NetworkDescription {
  role: 'detector' | 'classifier'
  precision: Precision
  file: string
  bytes: number
  /** As in `images uint8[batch, height, width, 3]`. */
  inputs: string[]
  outputs: string[]
}

/** Loads every file of a model and asks it. @throws ModelProblem naming the file that is no network. */
export async function describeNetworks(model: ModelManifest): Promise<NetworkDescription[]> {
  const detector = await describe('detector', model.detectorPaths)
  return model.classifierPaths === null
    ? detector
    : [...detector, ...(await describe('classifier', model.classifierPaths))]
}

async function describe(role: NetworkDescription['role'], paths: NetworkPaths): Promise<NetworkDescription[]> {
  const described: NetworkDescription[] = []
  for (const precision of precisions) {
    const path = paths[precision]
    if (path === null) continue
    const session = await openSession(path)
    const named = (all: typeof session.inputMetadata) =>
      all.map((one) => `${one.name} ${shapeOf(one).replace(generatedName, '?')}`)
    const [inputs, outputs] = [named(session.inputMetadata), named(session.outputMetadata)]
    await session.release()
    described.push({ role, precision, file: basename(path), bytes: (await stat(path)).size, inputs, outputs })
  }
  return described
}
