/** An upright picture: RGB, 8 bits, row-major, `data.length === width * height * 3`. */
export interface RawPicture {
  data: Buffer
  width: number
  height: number
}
