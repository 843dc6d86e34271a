import { type SignCode, signArt } from './sign-art.ts'

/** A sign's centre and largest size in pixels, and how it hangs. */
export interface PlacedSign {
  code: SignCode
  x: number
  y: number
  size: number
  /** Degrees, for a post that leans. */
  tilt?: number
  /** Width over height: less than 1 where the road is seen at an angle. */
  turn?: number
}

type Box = [number, number, number, number]

/** The sign, its back edge, and the light that falls on it. */
export function signSvg(sign: PlacedSign): string {
  const { svg, outline } = signArt[sign.code]
  const points = outline.map((corner) => corner.join(',')).join(' ')
  const edge = `<polygon points="${points}" transform="translate(2 1.5)" fill="#6b6f73"/>`
  const light = `<polygon points="${points}" fill="url(#sign-light)"/>`
  return `<g transform="${transform(sign)}">${edge}${svg}${light}</g>`
}

/** `[x1, y1, x2, y2]` in whole pixels, around the sign's front. */
export function signBox(sign: PlacedSign): Box {
  const { tilt = 0, turn = 1 } = sign
  const angle = (tilt / 180) * Math.PI
  const corners = signArt[sign.code].outline.map(([x, y]) => {
    const across = ((x - 50) / 100) * sign.size * turn
    const down = ((y - 50) / 100) * sign.size
    return [
      sign.x + across * Math.cos(angle) - down * Math.sin(angle),
      sign.y + across * Math.sin(angle) + down * Math.cos(angle),
    ] as const
  })
  const xs = corners.map(([x]) => x)
  const ys = corners.map(([, y]) => y)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)].map(Math.round) as Box
}

function transform({ x, y, size, tilt = 0, turn = 1 }: PlacedSign): string {
  const scale = size / 100
  return `translate(${x} ${y}) rotate(${tilt}) scale(${scale * turn} ${scale}) translate(-50 -50)`
}
