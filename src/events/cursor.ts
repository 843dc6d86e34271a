/** How far a reader has got in each stream it follows, by stream name. */
export type Positions = ReadonlyMap<string, number>

const PREFIX = 'c1.'

/** Positions as the opaque string that clients keep: `c1.` and base64url of `user:7=12;everyone=3`. */
export function encodeCursor(positions: Positions): string {
  const text = Array.from(positions, ([stream, seq]) => `${stream}=${seq}`).join(';')
  return PREFIX + Buffer.from(text).toString('base64url')
}

/** @returns null where the string is not a cursor of ours; it comes from clients, so anything may be in it. */
export function decodeCursor(cursor: string): Positions | null {
  if (!cursor.startsWith(PREFIX) || cursor.length > 1000) return null
  const text = Buffer.from(cursor.slice(PREFIX.length), 'base64url').toString()
  const positions = new Map<string, number>()
  for (const part of text.split(';')) {
    const match = /^([a-z]+(?::[a-z0-9]+)?)=(\d{1,15})$/.exec(part)
    if (match === null) return null
    positions.set(match[1] as string, Number(match[2]))
  }
  return positions
}
