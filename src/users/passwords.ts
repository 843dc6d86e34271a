import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

/** N = 2^15 and r = 8 take 32 MiB and about 0.1 s a guess. Raising them leaves stored hashes valid: each carries its own. */
const COST = { N: 2 ** 15, r: 8, p: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32
const MAX_MEMORY_BYTES = 128 * 1024 * 1024

/** What nobody's password is compared with, so that an unknown user name takes as long as a known one. */
const NOBODY = format(COST, randomBytes(SALT_BYTES), randomBytes(HASH_BYTES))

/** @returns `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  return format(COST, salt, await derive(password, salt, HASH_BYTES, COST))
}

/**
 * Whether `password` is the one that was hashed. Takes the same time for `stored === null`, a user who is unknown
 * or cannot sign in, and is then false.
 * @throws Error when `stored` is not a hash of ours.
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const { cost, salt, hash } = parse(stored ?? NOBODY)
  const derived = await derive(password, salt, hash.length, cost)
  return timingSafeEqual(derived, hash) && stored !== null
}

type Cost = typeof COST

function format({ N, r, p }: Cost, salt: Buffer, hash: Buffer): string {
  return ['scrypt', N, r, p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

function parse(stored: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const match = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]{20,})$/.exec(stored)
  if (match === null) throw new Error('A stored password hash is not of the form scrypt$N$r$p$salt$hash')
  const [, N, r, p, salt, hash] = match as unknown as [string, string, string, string, string, string]
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}

/** Keyboards compose accents differently; the password is the same (NFC, as RFC 8265 has it). */
function derive(password: string, salt: Buffer, bytes: number, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, bytes, { ...cost, maxmem: MAX_MEMORY_BYTES }, (err, derived) =>
      err === null ? resolve(derived) : reject(err),
    )
  })
}
