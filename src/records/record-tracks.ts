import type { TrackBox } from '../contract/index.ts'
import type { Tx } from '../db/index.ts'
import type { SignTrack } from '../tracking/sign-tracker.ts'

/** A sign that was followed, with the key of its picture. */
export type NewTrack = SignTrack & { cropKey: string | null }

/** Keeps where the signs of a record were, over time. */
export async function insertTracks(tx: Tx, recordId: number, tracks: NewTrack[]): Promise<void> {
  for (const track of tracks) {
    const { trackId, signClass, confidence, firstTimeS, lastTimeS, bestTimeS, cropKey, boxes } = track
    const times = { firstTime: firstTimeS, lastTime: lastTimeS, bestTime: bestTimeS }
    const data = { recordId, trackId, signClass, confidence, ...times, cropKey, boxes: boxes.map(boxOf) }
    await tx.signTrack.create({ data, select: { trackId: true } })
  }
}

function boxOf({ timeS, bbox, confidence }: SignTrack['boxes'][number]): TrackBox {
  return [Math.round(timeS * 1000) / 1000, ...bbox, confidence]
}
