import t from 'tap'
import { RtspReplies } from '../../src/streams/rtsp-replies.ts'

const REDIRECT = 'RTSP/1.0 302 Found\r\nCSeq: 2\r\nLocation: rtsp://127.0.0.1:6379/x\r\n\r\n'
const ok = (...fields: string[]) => `${['RTSP/1.0 200 OK', 'CSeq: 1', ...fields].join('\r\n')}\r\n\r\n`
const packet = (payload: string) => `$\x00${String.fromCharCode(payload.length >> 8, payload.length & 255)}${payload}`

/** What is passed on of a text that comes in chunks of so many bytes, and the code of what it ends with. */
function passedOf(text: string, chunkBytes: number): { passed: string; code?: string } {
  const replies = new RtspReplies()
  const bytes = Buffer.from(text, 'latin1')
  let passed = ''
  try {
    for (let at = 0; at < bytes.length; at += chunkBytes) {
      passed += replies.pass(bytes.subarray(at, at + chunkBytes)).toString('latin1')
    }
    return { passed }
  } catch (err) {
    return { passed, code: (err as { code: string }).code }
  }
}

/** The same of a text that comes apart in different ways. */
const passedInPieces = (text: string) => [1, 2, 3, 7, text.length].map((bytes) => passedOf(text, bytes))
const always = <T>(outcome: T): T[] => Array(5).fill(outcome)

t.test('replies, packets and requests pass, however they come apart on the way', async (t) => {
  const texts = [
    ok(),
    ok('Content-Length: 11') + REDIRECT.slice(0, 11) + ok(),
    `${ok('content-length:\t4 ')}v=0\n${packet('\n$\r\n\r\nRTSP/1.0 302 x\n\n')}${ok('Server: \xcf\xb5\xcd\xb3')}`,
    `RTSP/1.0 401\r\nWWW-Authenticate: Digest realm="a"\r\n\r\n${ok('Content-Location: rtsp://camera/')}`,
    `OPTIONS rtsp://camera/live RTSP/1.0\r\nCSeq: 1\r\n\r\n${packet('')}${ok()}`,
  ]
  for (const text of texts) t.same(passedInPieces(text), always({ passed: text }), JSON.stringify(text))
})

t.test('a redirect that hides behind what FFmpeg reads in another way never reaches it', async (t) => {
  const padded = REDIRECT.padEnd(500, ' ')
  const texts = [
    'RTSP/1.0 200 OK\nCSeq: 1\n\nRTSP/1.0 302 Found\nCSeq: 2\nLocation: rtsp://127.0.0.1:6379/x\n\n\r\n\r\n',
    ok('Content-Length: 500', 'Content-Length: 0') + padded,
    ok('Content-Length: 500', 'content-length: 0') + padded,
    ok('Content-Length: 500', 'Content-Length : 0') + padded,
    ok('Content-Length: +500') + padded,
    ok('Content-Length: 0x500') + padded,
    ok('Content-Length: -1') + padded,
    ok('Content-Length: 500 0') + padded,
    ok('Content-Length: 5000000000') + padded,
    ok(`Content-Length:${' '.repeat(4090)}500`) + padded,
    ok(`X: a\nb: c`),
    ok(`X: a\rb: c`),
    ok(`\r$a`),
    ok(`$\x00\x00\x00`),
    ok(`\x00`) + REDIRECT,
    `\x00${REDIRECT}`,
    `\r\n${REDIRECT}`,
    ` ${REDIRECT}`,
    REDIRECT.replace('302', '000302'),
    REDIRECT.replace(' 302', '  302'),
    REDIRECT.replace(' 302', '\t302'),
    REDIRECT.replace('302', '0302'),
  ]
  const refused = always({ passed: '', code: 'CAMERA_STREAM_UNSUPPORTED' })
  for (const text of texts) t.same(passedInPieces(text), refused, JSON.stringify(text.slice(0, 80)))
})

t.test('another place to go to is refused, whatever the reply says otherwise', async (t) => {
  const refused = always({ passed: '', code: 'CAMERA_URL_REFUSED' })
  for (const text of [REDIRECT, ok('Location: rtsp://127.0.0.1/'), ok('LOCATION : x'), 'RTSP/1.0 399 x\r\n\r\n']) {
    t.same(passedInPieces(text), refused, JSON.stringify(text))
  }
})
