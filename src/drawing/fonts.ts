import { createHash, randomUUID } from 'node:crypto'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../package-root.ts'

/** The family name of the bundled font: Noto Sans SC, cut to GB 2312. */
export const fontFamily = 'Noto Sans SC'

let configured = false

/**
 * Points fontconfig, and with it sharp's text, at the bundled font and at nothing else, so that a picture looks the same
 * on every machine. Must run before the first text of the process: fontconfig reads its configuration once, then.
 * Without it text comes out as empty boxes, and no error says so. Safe to call often, and by several processes at once.
 */
export function configureFonts(): void {
  if (configured) return
  const folder = ownFolder()
  const text = fontsConf(join(packageRoot, 'assets/fonts'), join(folder, 'cache'))
  const path = join(folder, `fonts-${createHash('sha256').update(text).digest('hex').slice(0, 16)}.conf`)
  if (readIfThere(path) !== text) writeWhole(path, text)
  // The environment is fontconfig's only door. This writes for a library to read; settings are read in src/config.ts alone.
  process.env.FONTCONFIG_FILE = path
  configured = true
}

/** The font has one weight: fontconfig thickens it where bold is asked for. No hinting: it differs between systems. */
function fontsConf(fontFolder: string, cacheFolder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${escapeXml(fontFolder)}</dir>
  <cachedir>${escapeXml(cacheFolder)}</cachedir>
  <match target="font">
    <test name="weight" compare="less_eq"><const>medium</const></test>
    <test target="pattern" name="weight" compare="more_eq"><const>semibold</const></test>
    <edit name="embolden" mode="assign"><bool>true</bool></edit>
  </match>
  <match target="font">
    <edit name="hinting" mode="assign"><bool>false</bool></edit>
    <edit name="rgba" mode="assign"><const>none</const></edit>
  </match>
</fontconfig>
`
}

/** A folder that only this user can write to. Another user may have taken the usual name in the shared /tmp. */
function ownFolder(): string {
  const { uid } = userInfo()
  const folder = join(tmpdir(), `hzsystem-fonts-${uid}`)
  try {
    mkdirSync(folder, { mode: 0o700, recursive: true })
    const stats = lstatSync(folder)
    const isOwn = process.platform === 'win32' || stats.uid === uid
    if (stats.isDirectory() && isOwn) return folder
  } catch {
    // Taken by something that is not a folder: go on to a fresh one.
  }
  return mkdtempSync(join(tmpdir(), 'hzsystem-fonts-'))
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}

/** Complete under its name or absent: detector processes start together and write the same file. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${randomUUID()}`
  writeFileSync(temporary, text)
  renameSync(temporary, path)
}

/** Text as XML character data or attribute value. Characters that XML 1.0 cannot hold at all are left out. */
export function escapeXml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}
