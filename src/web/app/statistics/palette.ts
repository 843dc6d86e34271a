import type { SignCategory, SignVerdict } from '../../../contract/index.ts'

/** The colours of style.css for canvases, which cannot read them: a picture may be wanted in the other theme, too. */
export interface Palette {
  ground: string
  text: string
  muted: string
  line: string
  accent: string
  accentSoft: string
  /** Around every area, so that its shape is seen whatever its colour: 3:1 on the ground. */
  edge: string
}

const light: Palette = {
  ground: '#ffffff',
  text: '#17202b',
  muted: '#546070',
  line: '#d3dae2',
  accent: '#0b57a4',
  accentSoft: '#e4eefa',
  edge: '#546070',
}

const dark: Palette = {
  ground: '#19212b',
  text: '#e8edf3',
  muted: '#a5b1bf',
  line: '#333f4e',
  accent: '#84bbf6',
  accentSoft: '#1c2f46',
  edge: '#a5b1bf',
}

export function paletteOf(isDark: boolean): Palette {
  return isDark ? dark : light
}

/** Told apart by people who confuse red and green, and the same in both themes. */
export const categoryColours: Record<SignCategory, string> = {
  prohibitory: '#c81e1e',
  mandatory: '#0068b2',
  warning: '#f0aa00',
  other: '#00a878',
}

export const verdictColours: Record<SignVerdict, string> = {
  accepted: categoryColours.mandatory,
  corrected: categoryColours.warning,
  rejected: categoryColours.prohibitory,
  added: categoryColours.other,
}
