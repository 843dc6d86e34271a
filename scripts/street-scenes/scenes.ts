import type { SignCode } from './sign-art.ts'
import type { PlacedSign } from './sign-placement.ts'
import type { Light, Post, Street } from './street-art.ts'

const clear: Light = { sky: ['#5f97cf', '#cfe2ee'], tint: '#ffdf9e', tintOpacity: 0.07 }
const overcast: Light = { sky: ['#b4bcc2', '#dfe3e4'], tint: '#8c98a0', tintOpacity: 0.12 }
const evening: Light = { sky: ['#6f7fa6', '#edc9a0'], tint: '#5a3d52', tintOpacity: 0.2 }

type Hung = Pick<PlacedSign, 'code' | 'size'> & Partial<Pick<PlacedSign, 'tilt' | 'turn'>>

/** A post with its signs from the top down, a tenth of a sign between them. */
function post(x: number, top: number, ...signs: Hung[]): Post {
  let y = top
  const hung = signs.map((sign) => {
    const placed = { ...sign, x, y: y + sign.size / 2 }
    y += sign.size * 1.1
    return placed
  })
  return { x, signs: hung }
}

const sign = (code: SignCode, size: number, look: Pick<Hung, 'tilt' | 'turn'> = {}): Hung => ({ code, size, ...look })

export const scenes: Record<string, Street> = {
  'street-avenue.jpg': {
    width: 1920,
    height: 1080,
    vanishing: { x: 900, y: 600 },
    light: clear,
    rural: false,
    posts: [
      post(1120, 430, sign('ip', 44)),
      post(1320, 330, sign('pl60', 72, { turn: 0.96 }), sign('pn', 72, { turn: 0.96 })),
      post(1640, 250, sign('i4', 96, { tilt: -1.5 }), sign('p5', 96, { tilt: -1.5 })),
      post(620, 400, sign('w57', 72)),
      post(340, 330, sign('pne', 88, { turn: 0.94 })),
    ],
  },
  'street-crossroads.jpg': {
    width: 1280,
    height: 960,
    vanishing: { x: 700, y: 520 },
    light: overcast,
    rural: false,
    posts: [
      post(960, 290, sign('ps', 66)),
      post(1130, 240, sign('pl40', 70), sign('i10', 70)),
      post(480, 380, sign('i13', 46)),
      post(260, 300, sign('pb', 70, { tilt: 2 })),
    ],
  },
  'street-village.jpg': {
    width: 1280,
    height: 960,
    vanishing: { x: 600, y: 480 },
    light: clear,
    rural: true,
    posts: [
      post(820, 340, sign('w13', 60)),
      post(1040, 260, sign('w63', 84, { turn: 0.96 }), sign('pl40', 76, { turn: 0.96 })),
      post(330, 330, sign('w30', 64)),
      post(130, 270, sign('pg', 84, { tilt: 1.5 })),
    ],
  },
  'street-evening.jpg': {
    width: 1280,
    height: 960,
    vanishing: { x: 560, y: 540 },
    light: evening,
    rural: false,
    posts: [
      post(800, 380, sign('pl80', 52)),
      post(1010, 260, sign('pne', 78, { tilt: -2 }), sign('pn', 74)),
      post(300, 360, sign('i5', 60)),
    ],
  },
  'street-small.jpg': {
    width: 640,
    height: 480,
    vanishing: { x: 300, y: 260 },
    light: overcast,
    rural: true,
    posts: [post(460, 130, sign('pl60', 48)), post(120, 160, sign('i12', 40))],
  },
}
