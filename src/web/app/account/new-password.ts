/** What cannot be taken for something else when it is read out or copied by hand. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'
const GROUPS = 5
const GROUP_LENGTH = 4

/** A password of 99 bits that can be read out: `k7mz-…`. */
export function newPassword(): string {
  return Array.from({ length: GROUPS }, () => Array.from({ length: GROUP_LENGTH }, randomLetter).join('')).join('-')
}

/** Each as likely as the others: what would come too often is thrown away. */
function randomLetter(): string {
  const most = 256 - (256 % LETTERS.length)
  const byte = new Uint8Array(1)
  do crypto.getRandomValues(byte)
  while ((byte[0] as number) >= most)
  return LETTERS[(byte[0] as number) % LETTERS.length] as string
}
