/** What retention needs of the file store to say how much it frees. */
export interface SizedFiles {
  sizeOf(key: string): Promise<number>
}

/** True sizes, as the store has them: what is not there counts nothing. */
export async function bytesOf(files: SizedFiles, keys: string[]): Promise<number> {
  const sizes = await Promise.all(keys.map((key) => files.sizeOf(key)))
  return sizes.reduce((sum, size) => sum + size, 0)
}
