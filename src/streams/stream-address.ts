import { lookup } from 'node:dns/promises'
import { BlockList, isIP } from 'node:net'
import { AppError } from '../errors.ts'
import { unreachable } from './unreachable.ts'

export interface CheckedAddress {
  address: string
  family: 4 | 6
}

/** The special-purpose registries of IANA, as far as nobody's camera is there: private, local, shared, documented, multicast. */
const NOT_PUBLIC_V4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24'],
  ...['192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24'],
  ...['224.0.0.0/4', '240.0.0.0/4'],
]
/** Of IPv6, all but 2000::/3 is something else; in there, what tunnels to IPv4 or is documented. */
const PUBLIC_V6 = '2000::/3'
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']
/** What gives a machine of a cloud its credentials: never a camera, whatever the settings allow. */
const METADATA = [
  ...['169.254.169.254/32', '169.254.170.2/32', '100.100.100.200/32', '168.63.129.16/32', '192.0.0.192/32'],
  ...['fd00:ec2::254/128', 'fd20:ce::254/128'],
]

/** All addresses of a host, in the order in which they are to be tried. */
export type LookUp = (host: string) => Promise<Array<{ address: string; family: number }>>

const lookUpAll: LookUp = (host) => lookup(host, { all: true, verbatim: true })

/** Says which addresses cameras may have, and finds those of a host. */
export class AddressGuard {
  readonly #lookUp: LookUp
  readonly #allowed: BlockList
  readonly #refusedV4 = listOf(NOT_PUBLIC_V4)
  readonly #publicV6 = listOf([PUBLIC_V6])
  readonly #refusedV6 = listOf(NOT_PUBLIC_V6)
  readonly #metadata = listOf(METADATA)

  /** @param privateRanges CIDRs that are allowed though they are not public */
  constructor(privateRanges: string[], lookUp = lookUpAll) {
    this.#lookUp = lookUp
    this.#allowed = listOf(privateRanges)
  }

  /**
   * The addresses of a host, all of which may be connected to: a name with one that may not is refused as a whole.
   * @param host as a URL has it, IPv6 without brackets
   * @throws CAMERA_URL_REFUSED, CAMERA_UNREACHABLE
   */
  async resolve(host: string): Promise<CheckedAddress[]> {
    const found = await this.#look(host)
    if (found.some(({ address }) => !this.allows(address))) throw addressRefused()
    return found
  }

  allows(address: string): boolean {
    const plain = withoutMapping(address)
    const family = isIP(plain) === 6 ? 'ipv6' : 'ipv4'
    if (isIP(plain) === 0 || this.#metadata.check(plain, family)) return false
    if (this.#allowed.check(plain, family)) return true
    if (family === 'ipv4') return !this.#refusedV4.check(plain, family)
    return this.#publicV6.check(plain, family) && !this.#refusedV6.check(plain, family)
  }

  async #look(host: string): Promise<CheckedAddress[]> {
    try {
      const found = await this.#lookUp(host)
      return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
    } catch (cause) {
      throw unreachable('its host name is not known', '找不到主机名', cause)
    }
  }
}

/** ::ffff:a.b.c.d is a.b.c.d by another name. */
function withoutMapping(address: string): string {
  // An interface, as in fe80::1%eth0, is no part of the address.
  const [plain = ''] = address.split('%')
  if (isIP(plain) !== 6) return plain
  const [, mapped] = /^\[::ffff:([0-9a-f]{1,4}:[0-9a-f]{1,4})\]$/.exec(new URL(`http://[${plain}]/`).hostname) ?? []
  if (mapped === undefined) return plain
  const [high = 0, low = 0] = mapped.split(':').map((part) => Number.parseInt(part, 16))
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function listOf(cidrs: string[]): BlockList {
  const list = new BlockList()
  for (const cidr of cidrs) {
    const [address = '', length] = cidr.split('/')
    list.addSubnet(address, Number(length), isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** Names neither host nor address: whoever may see a camera is told why it does not run, but not where it is. */
function addressRefused(): AppError {
  return new AppError('CAMERA_URL_REFUSED', {
    reason: 'its host has an address that is not public, and CAMERA_PRIVATE_RANGES does not allow it',
    reason_zh: '主机地址不是公网地址，且未列入 CAMERA_PRIVATE_RANGES',
  })
}
