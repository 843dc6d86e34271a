/**
 * NUT, FFmpeg's own container (nut.txt in its repository), as far as one stream of pictures needs it. It is what goes through
 * pipes, because each picture comes with its size and its exact time stamp in one stream of bytes: raw video has no times,
 * Matroska has milliseconds only, and lines of a log would have to be matched with pictures.
 */

/** Followed by a zero byte. */
export const FILE_ID = 'nut/multimedia container'

export const START_CODES = {
  main: '4e4d7a561f5f04ad',
  stream: '4e5311405bf2f9db',
  syncpoint: '4e4be4adeeca4569',
}

/** Every start code begins with it, and no picture does. */
export const START_CODE_BYTE = 0x4e

export const FLAGS = {
  key: 1,
  codedPts: 1 << 3,
  streamId: 1 << 4,
  sizeMsb: 1 << 5,
  checksum: 1 << 6,
  reserved: 1 << 7,
  headerIndex: 1 << 10,
  matchTime: 1 << 11,
  coded: 1 << 12,
  invalid: 1 << 13,
}

/** Larger pictures never have their first bytes left out. */
export const MAX_ELIDED_BYTES = 4096

/** A stream of pictures. */
export interface NutStream {
  width: number
  height: number
  /** Four letters: `I420` for planes of pixels, `H264`. */
  fourcc: string
  extradata: Buffer
  ticksPerSecond: number
}

export interface NutPicture {
  /** In the stream's ticks. */
  ticks: number
  isKey: boolean
  data: Buffer
}
