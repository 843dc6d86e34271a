import type { Language, RecordTracks, SignTrack } from '../contract/index.ts'

export type TrackFormat = 'json' | 'csv' | 'vtt'

const COLUMNS = [
  ...['track_id', 'class_code', 'class_name', 'class_name_en', 'category', 'confidence'],
  ...['first_time', 'last_time', 'best_time', 'x1', 'y1', 'x2', 'y2', 'boxes'],
]

/** The signs of a video as a file for other programs. */
export function trackFileOf(
  tracks: RecordTracks,
  format: TrackFormat,
  language: Language,
): { mediaType: string; text: string } {
  switch (format) {
    case 'json':
      return { mediaType: 'application/json; charset=utf-8', text: JSON.stringify(tracks, null, 1) }
    case 'csv':
      return { mediaType: 'text/csv; charset=utf-8', text: csvOf(tracks) }
    case 'vtt':
      return { mediaType: 'text/vtt; charset=utf-8', text: chaptersOf(tracks, language) }
  }
}

/** RFC 4180, one row for each sign, with its box as it was seen best. Starts with a mark that tells Excel the encoding. */
function csvOf({ tracks }: RecordTracks): string {
  const rows = tracks.map((track) => {
    const { track_id, class_code, class_name, class_name_en, category, confidence } = track
    const times = [track.first_time, track.last_time, track.best_time].map((time) => time.toFixed(3))
    const [, ...best] = bestBoxOf(track)
    const box = best.slice(0, 4)
    return [track_id, class_code, class_name, class_name_en, category, confidence, ...times, ...box, track.boxes.length]
  })
  return `\uFEFF${[COLUMNS, ...rows].map((cells) => `${cells.map(cellOf).join(',')}\r\n`).join('')}`
}

function bestBoxOf({ boxes, best_time }: SignTrack): number[] {
  const off = ([time]: SignTrack['boxes'][number]) => Math.abs(time - best_time)
  return boxes.reduce((best, box) => (off(box) < off(best) ? box : best))
}

/** Text that a spreadsheet would run is kept from it. */
function cellOf(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** WebVTT chapters: where each sign comes into sight, for players that list them. */
function chaptersOf({ tracks, duration }: RecordTracks, language: Language): string {
  const cues = tracks.map((track) => {
    // A cue that lasts no time is none.
    const end = Math.max(track.last_time, Math.min(duration, track.first_time + 0.5), track.first_time + 0.001)
    const name = language === 'en' ? track.class_name_en : track.class_name
    return `${track.track_id}\n${timeOf(track.first_time)} --> ${timeOf(end)}\n${escaped(name)}\n`
  })
  return ['WEBVTT\n', ...cues].join('\n')
}

function timeOf(seconds: number): string {
  const ms = Math.round(seconds * 1000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const rest = String(ms % 1000).padStart(3, '0')
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${rest}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
