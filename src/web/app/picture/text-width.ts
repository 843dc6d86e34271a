const context = document.createElement('canvas').getContext('2d')
const widths = new Map<string, number>()

/** Pixels of the screen that a text takes in the labels' font at 12 px. */
export function textWidth(text: string): number {
  let width = widths.get(text)
  if (width === undefined) {
    if (context !== null) context.font = `600 12px ${getComputedStyle(document.documentElement).fontFamily}`
    width = context?.measureText(text).width ?? text.length * 12
    widths.set(text, width)
  }
  return width
}
