/** A sign's front, drawn in a square of 100 by 100 units. */
export interface SignArt {
  svg: string
  /** Corners of its outline, from which its box in the picture follows. */
  outline: readonly (readonly [number, number])[]
}

const red = '#c8241f'
const blue = '#1d4fa3'
const yellow = '#f7c413'
const black = '#1a1a1a'

const disc = Array.from({ length: 48 }, (_, step) => {
  const angle = (step / 48) * 2 * Math.PI
  return [50 + 50 * Math.cos(angle), 50 + 50 * Math.sin(angle)] as const
})
const octagon = [0, 1, 2, 3, 4, 5, 6, 7].map((corner) => {
  const angle = ((corner + 0.5) / 8) * 2 * Math.PI
  return [50 + 54 * Math.cos(angle), 50 + 54 * Math.sin(angle)] as const
})
const square = [
  [0, 0],
  [100, 0],
  [100, 100],
  [0, 100],
] as const
const triangle = [
  [50, 6],
  [100, 93],
  [0, 93],
] as const
const yieldTriangle = [
  [0, 7],
  [100, 7],
  [50, 94],
] as const

const circle = (radius: number, fill: string) => `<circle cx="50" cy="50" r="${radius}" fill="${fill}"/>`
const ring = circle(50, '#f4f4f2') + circle(48.5, red) + circle(37.5, '#f7f7f4')
const slash = `<path d="M24 24 76 76" stroke="${red}" stroke-width="8.5"/>`
const path = (d: string, fill: string) => `<path d="${d}" fill="${fill}"/>`

/** Letters and figures. The bundled font has one weight and width: a stroke thickens it, a transform makes it narrow. */
function text(
  value: string,
  at: { x?: number; y: number; size: number; fill: string; narrow?: number; stroke?: number },
): string {
  const { x = 50, y, size, fill, narrow = 1, stroke = 0.09 } = at
  const look = `font-family="Noto Sans SC" font-size="${size}" text-anchor="middle" fill="${fill}" stroke="${fill}"`
  return `<text transform="translate(${x} ${y}) scale(${narrow} 1)" ${look} stroke-width="${size * stroke}" stroke-linejoin="round">${value}</text>`
}

const speedLimit = (limit: string): SignArt => ({
  svg: ring + text(limit, { y: 68, size: 51, fill: black, narrow: 0.86 }),
  outline: disc,
})

const prohibited = (drawing: string): SignArt => ({ svg: ring + drawing + slash, outline: disc })
const mandatory = (drawing: string): SignArt => ({
  svg: circle(50, '#eef1f6') + circle(48.5, blue) + drawing,
  outline: disc,
})

const warning = (drawing: string): SignArt => ({
  svg:
    `<path d="M50 8 97 91 3 91Z" fill="${yellow}" stroke="${yellow}" stroke-width="5" stroke-linejoin="round"/>` +
    `<path d="M50 15 91 87.5 9 87.5Z" fill="${yellow}" stroke="${black}" stroke-width="7" stroke-linejoin="round"/>${drawing}`,
  outline: triangle,
})

const arrowUp = 'M50 12 69 38 56.5 35 56.5 88 43.5 88 43.5 35 31 38Z'
/** A bent arrow to the right: up from the foot, round, and to its head. */
const arrowRight = 'M30 80V48Q30 34 44 34H58L54 22 84 41 54 60 58 48H46Q43 48 43 52V80Z'
const turnLeft = (drawing: string) => `<g transform="translate(100 0) scale(-1 1)">${drawing}</g>`
const uTurn =
  `<path d="M64 78V42Q64 26 50 26T36 42V58" fill="none" stroke="${black}" stroke-width="9"/>` +
  path('M24 54 48 54 36 76Z', black)
const carFront = (fill: string, glass: string) =>
  path('M24 52 30 34Q31 30 36 30H64Q69 30 70 34L76 52Q80 54 80 58V72H20V58Q20 54 24 52Z', fill) +
  path('M31 50 35 37H65L69 50Z', glass) +
  path('M23 71H33V80H23ZM67 71H77V80H67Z', fill) +
  `<circle cx="29" cy="60" r="4" fill="${glass}"/><circle cx="71" cy="60" r="4" fill="${glass}"/>` +
  path('M38 57H62V64H38Z', glass)

/** Someone walking, 40 units high about `x`, `y`. */
function walker(x: number, y: number, scale: number): string {
  const body = `<circle cx="0" cy="-17" r="4"/><path d="M-3-12H4L9-2 6 0 2-6 2 2 9 18 5 20-1 6-6 20-10 18-4 2-3-5-7 2-10 0Z"/>`
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="${black}">${body}</g>`
}

/** By TT100K code. */
export const signArt = {
  pl40: speedLimit('40'),
  pl60: speedLimit('60'),
  pl80: speedLimit('80'),
  pb: { svg: ring, outline: disc },
  pne: { svg: circle(50, '#f4f4f2') + circle(48.5, red) + path('M15 42H85V58H15Z', '#f7f7f4'), outline: disc },
  pn: {
    svg: `${circle(50, '#f4f4f2')}${circle(48.5, red)}${circle(39, blue)}<path d="M21 21 79 79M79 21 21 79" stroke="${red}" stroke-width="9.5"/>`,
    outline: disc,
  },
  ps: {
    svg:
      `<path d="M${octagon.map((corner) => corner.map((at) => at.toFixed(1)).join(' ')).join('L')}Z" fill="#f4f4f2"/>` +
      `<path transform="translate(50 50) scale(0.94) translate(-50 -50)" d="M${octagon.map((corner) => corner.map((at) => at.toFixed(1)).join(' ')).join('L')}Z" fill="${red}"/>` +
      text('停', { y: 72, size: 60, fill: '#f7f7f4', stroke: 0.06 }),
    outline: octagon,
  },
  pg: {
    svg:
      `<path d="M3 9 97 9 50 91Z" fill="#f7f7f4" stroke="#f4f4f2" stroke-width="5" stroke-linejoin="round"/>` +
      `<path d="M10 13 90 13 50 83Z" fill="#f7f7f4" stroke="${red}" stroke-width="9" stroke-linejoin="round"/>` +
      text('让', { y: 47, size: 31, fill: black, stroke: 0.05 }),
    outline: yieldTriangle,
  },
  p5: prohibited(uTurn),
  p10: prohibited(carFront(black, '#f7f7f4')),
  p19: prohibited(path(arrowRight, black)),
  p23: prohibited(turnLeft(path(arrowRight, black))),
  i4: mandatory(carFront('#f4f6fa', blue)),
  i5: mandatory(`<g transform="rotate(135 50 50)">${path(arrowUp, '#f4f6fa')}</g>`),
  i10: mandatory(path(arrowRight, '#f4f6fa')),
  i12: mandatory(turnLeft(path(arrowRight, '#f4f6fa'))),
  i13: mandatory(path(arrowUp, '#f4f6fa')),
  ip: {
    svg:
      `<rect width="100" height="100" rx="5" fill="#eef1f6"/><rect x="1.5" y="1.5" width="97" height="97" rx="4" fill="${blue}"/>` +
      path('M50 14 90 84 10 84Z', '#f4f6fa') +
      walker(52, 52, 0.95) +
      path(
        'M22 82 28 71 33 71 30 82ZM38 82 41 73 46 73 45 82ZM54 82 54 73 59 73 61 82ZM70 82 67 71 72 71 78 82Z',
        black,
      ),
    outline: square,
  },
  w13: warning(path('M45 36H55V53H72V63H55V80H45V63H28V53H45Z', black)),
  w21: warning(path('M48 36H58V80H48V62H30V53H48Z', black)),
  w30: warning(text('慢', { y: 77, size: 34, fill: black, stroke: 0.06 })),
  w57: warning(
    walker(50, 62, 0.9) +
      path(
        'M26 82 31 74 35 74 33 82ZM42 82 44 76 48 76 47 82ZM55 82 55 76 59 76 60 82ZM69 82 66 74 70 74 75 82Z',
        black,
      ),
  ),
  w63: warning(`${path('M45 36Q50 28 55 36L52.5 66H47.5Z', black)}<circle cx="50" cy="75" r="5" fill="${black}"/>`),
} satisfies Record<string, SignArt>

export type SignCode = keyof typeof signArt
