import { randomBytes } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { SecretCipher } from './secret-cipher.ts'

/**
 * The cipher of a server.
 * @param setting a secret of the settings; empty: a random one in the file, made where there is none
 * @param path what the file holds opens older texts also where there is a setting
 */
export async function openSecretCipher(setting: string, path: string): Promise<SecretCipher> {
  const kept = await find(path)
  if (setting !== '') return new SecretCipher(kept === null ? [setting] : [setting, kept])
  return new SecretCipher([kept ?? (await make(path))])
}

async function find(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim() || null
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw err
  }
}

/** Whole or not at all, and on the disk before anything is encrypted with it. */
async function make(path: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url')
  const file = await open(`${path}.part`, 'w', 0o600)
  try {
    await file.writeFile(`${secret}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.part`, path)
  return secret
}
