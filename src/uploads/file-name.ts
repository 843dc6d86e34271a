const MAX_LENGTH = 200

/**
 * The name a client gave its file, as people may safely read it: no directories, no control or direction-changing
 * characters, not longer than 200 characters with its extension kept. Never used as a path.
 */
export function tidyFileName(given: string | undefined): string {
  const base = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  // Controls, unpaired surrogates, line ends, and the marks that make "gpj.exe" read as "exe.jpg".
  const clean = base.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '').trim()
  if (clean === '' || /^\.+$/.test(clean)) return 'unnamed'
  return shortened(clean)
}

function shortened(name: string): string {
  const letters = Array.from(name)
  if (letters.length <= MAX_LENGTH) return name
  const extension = /\.[A-Za-z0-9]{1,8}$/.exec(name)?.[0] ?? ''
  return `${letters.slice(0, MAX_LENGTH - extension.length - 1).join('')}…${extension}`
}
