import type { Random } from './random.ts'
import { type PlacedSign, signSvg } from './sign-placement.ts'

export interface Light {
  sky: readonly [top: string, bottom: string]
  /** Laid over everything; `opacity` 0 to 1. */
  tint: string
  tintOpacity: number
}

/** Signs above each other at one `x`. It stands just outside the kerb, so `x` says how far away it is. */
export interface Post {
  x: number
  signs: PlacedSign[]
}

export interface Street {
  width: number
  height: number
  /** Where the road ends on the horizon, in pixels. */
  vanishing: { x: number; y: number }
  light: Light
  rural: boolean
  posts: Post[]
}

/** A street as SVG, from the sky to the signs in front. */
export function streetSvg(street: Street, random: Random): string {
  const { width, height, light } = street
  const layers = [sky(street, random), hills(street, random), street.rural ? '' : buildings(street, random)]
  layers.push(
    ground(street),
    trees(street, random),
    road(street, random),
    ...street.posts.map((post) => postSvg(post, street)),
  )
  const tint = `<rect width="${width}" height="${height}" fill="${light.tint}" opacity="${light.tintOpacity}"/>`
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${definitions(light)}${layers.join('')}${tint}</svg>`
}

function definitions({ sky: [top, bottom] }: Light): string {
  const stop = (offset: number, colour: string, opacity = 1) =>
    `<stop offset="${offset}" stop-color="${colour}" stop-opacity="${opacity}"/>`
  const gradient = (id: string, stops: string) =>
    `<linearGradient id="${id}" x1="0" y1="0" x2="0.3" y2="1">${stops}</linearGradient>`
  return `<defs>${gradient('sky', stop(0, top) + stop(1, bottom))}${gradient('asphalt', stop(0, '#8b8d8e') + stop(1, '#5d5f62'))}${gradient(
    'sign-light',
    stop(0, '#fff', 0.1) + stop(0.5, '#000', 0.04) + stop(1, '#000', 0.2),
  )}<filter id="soft"><feGaussianBlur stdDeviation="14"/></filter></defs>`
}

function sky({ width, vanishing }: Street, random: Random): string {
  const clouds = Array.from({ length: 14 }, () => {
    const x = random.between(0, width)
    const y = random.between(0, vanishing.y * 0.7)
    const rx = random.between(0.04, 0.14) * width
    return `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${rx * 0.22}" fill="#fff" opacity="${random.between(0.15, 0.5)}"/>`
  })
  return `<rect width="${width}" height="${vanishing.y + 2}" fill="url(#sky)"/><g filter="url(#soft)">${clouds.join('')}</g>`
}

function hills({ width, vanishing }: Street, random: Random): string {
  const steps = 16
  const crest = Array.from({ length: steps + 1 }, (_, step) => {
    const y = vanishing.y - random.between(0.02, 0.12) * vanishing.y
    return `L${(step / steps) * width} ${y}`
  })
  return `<path d="M0 ${vanishing.y + 2}${crest.join('')}L${width} ${vanishing.y + 2}Z" fill="#8fa3a6"/>`
}

const facades = ['#b9aa98', '#a7a9a6', '#c4b8a5', '#98a0a8', '#b48f7c', '#8d8a86', '#cfc8bb'] as const

/** Blocks of houses on both sides, lower and nearer together towards the vanishing point. */
function buildings({ width, vanishing }: Street, random: Random): string {
  const blocks: string[] = []
  for (const side of [-1, 1]) {
    const reach = side < 0 ? vanishing.x : width - vanishing.x
    for (let distance = 0.06; distance < 1.1; distance += random.between(0.1, 0.2)) {
      const blockWidth = random.between(0.12, 0.2) * reach * (0.5 + distance)
      const blockHeight = vanishing.y * Math.min(0.97, distance * random.between(0.6, 1.05) + 0.12)
      const x = vanishing.x + side * distance * reach - (side < 0 ? blockWidth : 0)
      blocks.unshift(building({ x, y: vanishing.y - blockHeight, width: blockWidth, height: blockHeight + 2 }, random))
    }
  }
  return blocks.join('')
}

function building(block: { x: number; y: number; width: number; height: number }, random: Random): string {
  const columns = Math.max(2, Math.round(block.width / 34))
  const rows = Math.max(2, Math.round(block.height / 40))
  const cell = { width: block.width / columns, height: block.height / rows }
  const glass = random.pick(['#55626d', '#6d7d8a', '#46505a'])
  const windows: string[] = []
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const x = block.x + (column + 0.22) * cell.width
      const y = block.y + (row + 0.28) * cell.height
      windows.push(`M${x} ${y}h${cell.width * 0.56}v${cell.height * 0.5}h${-cell.width * 0.56}Z`)
    }
  }
  const wall = `<rect x="${block.x}" y="${block.y}" width="${block.width}" height="${block.height}" fill="${random.pick(facades)}"/>`
  return `${wall}<path d="${windows.join('')}" fill="${glass}" opacity="0.8"/>`
}

function ground({ width, height, vanishing, rural }: Street): string {
  return `<rect y="${vanishing.y}" width="${width}" height="${height - vanishing.y}" fill="${rural ? '#78874f' : '#8d9478'}"/>`
}

const leaves = ['#4d6b35', '#5d7d3c', '#3f5a30', '#6b8a48', '#557344'] as const

function trees(street: Street, random: Random): string {
  const { width, vanishing } = street
  const all: string[] = []
  for (const side of [-1, 1]) {
    const reach = side < 0 ? vanishing.x : width - vanishing.x
    for (let distance = 0.12; distance < 1; distance += random.between(0.08, 0.16)) {
      const x = vanishing.x + side * reach * (distance + 0.1)
      all.push(
        tree(
          x,
          vanishing.y + distance * vanishing.y * 0.16,
          vanishing.y * (0.1 + distance * random.between(0.3, 0.45)),
          random,
        ),
      )
    }
  }
  return all.join('')
}

function tree(x: number, foot: number, height: number, random: Random): string {
  const trunk = `<path d="M${x - height * 0.03} ${foot}L${x - height * 0.015} ${foot - height * 0.6}h${height * 0.03}L${x + height * 0.03} ${foot}Z" fill="#5b4a3a"/>`
  const crown = Array.from({ length: 46 }, () => {
    const angle = random.between(0, 2 * Math.PI)
    const away = Math.sqrt(random.next()) * height * 0.3
    const radius = height * random.between(0.04, 0.1)
    const cx = x + away * Math.cos(angle)
    const cy = foot - height * 0.72 + away * Math.sin(angle) * 0.9
    return `<circle cx="${cx}" cy="${cy}" r="${radius}" fill="${random.pick(leaves)}"/>`
  })
  return trunk + crown.join('')
}

function road(street: Street, random: Random): string {
  const { width, height, vanishing } = street
  const strip = (left: number, right: number, fill: string) =>
    `<path d="M${vanishing.x} ${vanishing.y}L${vanishing.x + left * width} ${height}L${vanishing.x + right * width} ${height}Z" fill="${fill}"/>`
  const pavement = street.rural
    ? ''
    : strip(-1.3, 1.3, '#b9b4a9') + strip(-0.96, -0.95, '#9d988e') + strip(0.95, 0.96, '#9d988e')
  const kerbs = pavement + strip(-0.68, 0.68, '#cfcbc1')
  const lines = strip(-0.6, -0.585, '#e4e2da') + strip(0.585, 0.6, '#e4e2da') + strip(-0.012, 0.004, '#d9b64a')
  const patches = Array.from({ length: 10 }, () => {
    const y = random.between(vanishing.y + (height - vanishing.y) * 0.3, height)
    const x = vanishing.x + random.between(-0.5, 0.5) * width * ((y - vanishing.y) / (height - vanishing.y))
    return `<ellipse cx="${x}" cy="${y}" rx="${random.between(20, 90)}" ry="${random.between(3, 9)}" fill="#3f4143" opacity="0.16"/>`
  })
  return (
    kerbs + strip(-0.64, 0.64, 'url(#asphalt)') + lines + dashes(street, -0.3) + dashes(street, 0.3) + patches.join('')
  )
}

/** A broken line that runs to the vanishing point; `side` is where it meets the lower edge, as a share of the width. */
function dashes({ width, height, vanishing }: Street, side: number): string {
  const at = (depth: number, offset: number) => {
    const y = vanishing.y + (height - vanishing.y) / depth
    return `${vanishing.x + ((side + offset) * width) / depth} ${y}`
  }
  const pieces = Array.from({ length: 12 }, (_, index) => {
    const near = 1 + index * 0.8
    const far = near + 0.35
    return `M${at(near, -0.006)}L${at(far, -0.006)}L${at(far, 0.006)}L${at(near, 0.006)}Z`
  })
  return `<path d="${pieces.join('')}" fill="#e0ded6"/>`
}

function postSvg({ x, signs }: Post, { width, height, vanishing }: Street): string {
  const top = Math.min(...signs.map((sign) => sign.y))
  const nearness = Math.abs(x - vanishing.x) / (0.71 * width)
  const length = vanishing.y + (height - vanishing.y) * nearness - top
  const thickness = Math.max(3, (signs[0]?.size ?? 40) * 0.09)
  const shadow = `<ellipse cx="${x + thickness * 3}" cy="${top + length}" rx="${thickness * 4}" ry="${thickness * 0.5}" fill="#000" opacity="0.2"/>`
  const pole = `<rect x="${x - thickness / 2}" y="${top}" width="${thickness}" height="${length}" fill="#8a8f93"/>`
  const shade = `<rect x="${x + thickness * 0.15}" y="${top}" width="${thickness * 0.35}" height="${length}" fill="#55595c"/>`
  return shadow + pole + shade + signs.map(signSvg).join('')
}
