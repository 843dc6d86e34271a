import type { SignCategory } from '../contract/detection.ts'

/** Red, green, blue: 0 to 255. */
export type Rgb = readonly [number, number, number]

export interface LabelColours {
  ground: Rgb
  text: Rgb
}

const white: Rgb = [255, 255, 255]
const black: Rgb = [0, 0, 0]

/** Between box and street, so that a box reads on sky, leaves and asphalt alike. */
export const haloColour: Rgb = white

/**
 * Okabe and Ito's colours, which people with any colour vision can tell apart; the red is deeper than theirs, so that it
 * also differs from the green in lightness and carries white text. Text on ground is at least 4.5:1 (WCAG 2, AA).
 */
export const palette: Readonly<Record<SignCategory, LabelColours>> = {
  prohibitory: { ground: [200, 30, 30], text: white },
  mandatory: { ground: [0, 104, 178], text: white },
  warning: { ground: [240, 170, 0], text: black },
  other: { ground: [0, 168, 120], text: black },
}

/** WCAG 2 contrast ratio, 1 to 21. */
export function contrastRatio(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
}

function linear(value: number): number {
  const share = value / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}
