import { createHash } from 'node:crypto'
import t from 'tap'
import { authorizationFor } from '../../src/streams/http-authorization.ts'

const answerTo = (header: string) => authorizationFor(header, 'viewer:p%40ss', { method: 'GET', path: '/video?a=1' })
const BASIC = `Basic ${btoa('viewer:p@ss')}`

/** What a camera expects that has given the nonce n. */
function proofOf(algorithm: 'md5' | 'sha256', realm: string, rest = 'n'): RegExp {
  const hash = (text: string) => createHash(algorithm).update(text).digest('hex')
  return new RegExp(`response="${hash(`${hash(`viewer:${realm}:p@ss`)}:${rest}:${hash('GET:/video?a=1')}`)}"`)
}

t.test('of several challenges the first Digest that is known is answered, else Basic', async (t) => {
  const [a, b] = ['Digest realm="A", nonce="n"', 'Basic realm="B"']
  const sha512 = 'Digest realm="C", nonce="m", algorithm=SHA-512-256, opaque="c"'
  const sha256 = 'Digest realm="D", nonce="n", algorithm=SHA-256'
  const cases: Array<[string, RegExp | string | null]> = [
    [a, proofOf('md5', 'A')],
    [b, BASIC],
    [`${a}, ${b}`, proofOf('md5', 'A')],
    [`${b}, ${a}`, proofOf('md5', 'A')],
    [`${a}, ${sha512}`, proofOf('md5', 'A')],
    [`${sha512}, ${a}`, proofOf('md5', 'A')],
    [`${sha512}, ${sha256}, ${a}`, proofOf('sha256', 'D')],
    [`${a}, ${sha256}`, proofOf('md5', 'A')],
    [`${sha512},${b}`, BASIC],
    [sha512, null],
    [`Negotiate YII=, NTLM, ${b}`, BASIC],
    ['Bearer realm="Basic, Digest realm=x"', null],
    ['digest REALM = "A, Basic realm=" , nonce = n', proofOf('md5', 'A, Basic realm=')],
    [', Basic', BASIC],
    ['basicness realm="B"', null],
    ['', null],
  ]
  for (const [header, expected] of cases) {
    const answer = answerTo(header)
    if (expected instanceof RegExp) t.match(answer, expected, header)
    else t.equal(answer, expected, header)
  }
})

t.test('an answer has the parameters of its own challenge, and of no other', async (t) => {
  const answer = answerTo('Digest realm="A", nonce="n", qop="auth-int,auth", Digest realm="C", nonce="m", opaque="c"')
  const [, cnonce] = /cnonce="(\w+)"/.exec(answer ?? '') ?? []
  t.match(answer, proofOf('md5', 'A', `n:00000001:${cnonce}:auth`))
  t.match(answer, /^Digest username="viewer", realm="A", nonce="n", uri="\/video\?a=1", .*algorithm=MD5, qop=auth, nc=/)
  t.notMatch(answer, /opaque/)
  t.match(answerTo('Digest realm="A", nonce="n", opaque="o", Basic realm="B", opaque="c"'), /opaque="o"/)
})
