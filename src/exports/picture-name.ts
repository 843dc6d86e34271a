/** As the model's own pictures are told apart; whatever else may come keeps no name that a program would open. */
const extensions: Record<string, string> = {
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/gif': '.gif',
  'image/tiff': '.tiff',
  'image/webp': '.webp',
  'image/avif': '.avif',
}

/** File systems allow a name 255 bytes. */
const MAX_STEM_BYTES = 150

/**
 * What a record's picture is called in an archive, without folder and extension: its number, which makes the name the
 * only one also where letters of either case are the same, and what the user called it, as far as every file system
 * allows. Starting with a digit, it is none of the names that Windows reserves, and hides nowhere.
 */
export function pictureStem(recordId: number, fileName: string): string {
  const given = fileName
    .normalize('NFC')
    .replace(/\.[A-Za-z0-9]{1,8}$/, '')
    // Separators, what Windows forbids, controls, unpaired surrogates, line ends, marks that turn the direction, and
    // spaces, at which the lists of many tools break a line in two.
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Z}/\\<>:"|?*']+/gu, '_')
    .replace(/^[._]+|[._]+$/g, '')
  const stem = shortened(given)
  return stem === '' ? String(recordId) : `${recordId}-${stem}`
}

export function pictureExtension(mediaType: string): string {
  return extensions[mediaType] ?? '.bin'
}

function shortened(text: string): string {
  let bytes = 0
  let short = ''
  for (const letter of text) {
    bytes += Buffer.byteLength(letter)
    if (bytes > MAX_STEM_BYTES) break
    short += letter
  }
  return short
}
