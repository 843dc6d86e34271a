/** The fields of a header, in their order. Numbers have seven bits a byte, of which all but the last have the eighth set. */
export class HeaderFields {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** `v` of the specification. */
  number(): number {
    let value = 0
    for (;;) {
      const byte = this.#bytes[this.#at++]
      if (byte === undefined) throw new Error('A NUT header that ends too early')
      value = value * 128 + (byte & 127)
      if (byte < 128) return value
    }
  }

  /** `s`: the lowest bit is the sign. */
  signed(): number {
    const coded = this.number() + 1
    return coded % 2 === 1 ? -(coded - 1) / 2 : coded / 2
  }

  /** `vb`: bytes behind their number. */
  bytes(): Buffer {
    const length = this.number()
    const bytes = this.#bytes.subarray(this.#at, this.#at + length)
    this.#at += length
    return bytes
  }
}

/** `v` of the specification. */
export function numberField(value: number): Buffer {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift((rest % 128) | 128)
  return Buffer.from(bytes)
}

/** `vb` of the specification. */
export function bytesField(bytes: Buffer): Buffer {
  return Buffer.concat([numberField(bytes.length), bytes])
}
