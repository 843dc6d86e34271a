import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { fixture } from '../helpers/app.ts'

/** A browser that has a camera and lets every page use it. */
export const withCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

const VIEW = { width: 960, height: 540 }

/** The same, and what the camera shows is a drive along a photo of a street, over and over. */
export async function withStreetCamera(dir: string): Promise<string[]> {
  const path = join(dir, 'street.mjpeg')
  const pictures: Buffer[] = []
  for (let at = 0; at < 120; at++) {
    const view = { ...VIEW, left: 8 * (at < 60 ? at : 119 - at), top: 200 }
    pictures.push(await sharp(fixture('street-avenue.jpg')).extract(view).jpeg({ quality: 85 }).toBuffer())
  }
  await writeFile(path, Buffer.concat(pictures))
  return [...withCamera, `--use-file-for-fake-video-capture=${path}`]
}
