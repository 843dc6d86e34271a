import { existsSync } from 'node:fs'

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const QUIET = ['gpu', 'background-networking', 'component-update', 'sync'].map((what) => `--disable-${what}`)

/** Undefined on machines with Node alone. */
export const chromiumPath = PLACES.find((path) => existsSync(path))
export const chromiumArguments = ['--no-sandbox', ...QUIET]
export const noChromium = `there is no Chromium at ${PLACES.join(', ')}`
