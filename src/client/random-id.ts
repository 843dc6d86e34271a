/** `crypto.randomUUID` is not there in pages that came neither over https nor from localhost. */
export function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join('-')
}
