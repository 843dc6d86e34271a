import { open } from 'node:fs/promises'
import sharp, { type SharpOptions } from 'sharp'
import { AppError } from '../errors.ts'
import type { RawPicture } from '../raw-picture.ts'
import { type PictureType, pictureTypeOf, signatureBytes } from './picture-type.ts'

export interface PictureLimits {
  maxPixels: number
}

/** What the first bytes and the header tell. `width` and `height` are of the upright picture, in pixels. */
export interface PictureHeader extends PictureType {
  width: number
  height: number
}

/** Where it lies, or what it is. */
export type PictureSource = string | Buffer

/**
 * Reads the header only, so a picture is refused for its size before a pixel is decoded.
 * `fileName` is what errors call the file.
 *
 * @throws AppError UNSUPPORTED_MEDIA, IMAGE_TOO_LARGE or IMAGE_UNREADABLE; errors of the file system as they are.
 */
export async function readPictureHeader(
  source: PictureSource,
  fileName: string,
  limits: PictureLimits,
): Promise<PictureHeader> {
  const type = pictureTypeOf(await readStart(source))
  if (type === null) throw new AppError('UNSUPPORTED_MEDIA', { file_name: fileName })
  const { width, height } = await readSize(source, fileName)
  if (width * height > limits.maxPixels) {
    throw new AppError('IMAGE_TOO_LARGE', { file_name: fileName, width, height, max_pixels: limits.maxPixels })
  }
  return { ...type, width, height }
}

/**
 * Decodes the first frame: upright by EXIF, sRGB, 8 bits, transparency on white.
 * @throws as readPictureHeader does; a file that ends early or is damaged anywhere is IMAGE_UNREADABLE.
 */
export async function decodePicture(
  source: PictureSource,
  fileName: string,
  limits: PictureLimits,
): Promise<RawPicture> {
  const type = pictureTypeOf(await readStart(source))
  if (type === null) throw new AppError('UNSUPPORTED_MEDIA', { file_name: fileName })
  // A JPEG is never transparent; looking for it in every pixel would cost a fifteenth of the decoding.
  const isOpaque = type.mediaType === 'image/jpeg'
  try {
    const { data, info } = await sharp(source, readingOptions(limits.maxPixels))
      .flatten(isOpaque ? false : { background: '#fff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true })
    return { data: toRgb(data, info.channels), width: info.width, height: info.height }
  } catch (err) {
    // The decoder stops at the limit too, before the first pixel; only the header tells whether that was it.
    await readPictureHeader(source, fileName, limits)
    throw unreadable(fileName, err)
  }
}

/** A file that ends early is refused: half a photo has no signs where its lower half is missing. Warnings are not: phones write odd headers. */
function readingOptions(limitInputPixels: number | false): SharpOptions {
  return { autoOrient: true, failOn: 'error', limitInputPixels, sequentialRead: true, pages: 1 }
}

async function readStart(source: PictureSource): Promise<Buffer> {
  if (typeof source !== 'string') return source.subarray(0, signatureBytes)
  const file = await open(source)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

async function readSize(source: PictureSource, fileName: string): Promise<{ width: number; height: number }> {
  try {
    const { autoOrient } = await sharp(source, readingOptions(false)).metadata()
    if (autoOrient.width > 0 && autoOrient.height > 0) return autoOrient
  } catch (err) {
    throw unreadable(fileName, err)
  }
  throw unreadable(fileName)
}

function unreadable(fileName: string, cause?: unknown): AppError {
  return new AppError('IMAGE_UNREADABLE', { file_name: fileName }, { cause })
}

/** Grey pictures come with one channel. */
function toRgb(data: Buffer, channels: number): Buffer {
  if (channels === 3) return data
  const rgb = Buffer.allocUnsafe((data.length / channels) * 3)
  for (let from = 0, to = 0; to < rgb.length; from += channels) {
    const grey = data[from]!
    rgb[to++] = grey
    rgb[to++] = grey
    rgb[to++] = grey
  }
  return rgb
}
