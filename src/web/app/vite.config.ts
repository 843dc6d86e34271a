import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const outDir = fileURLToPath(new URL('../../../dist/web', import.meta.url))
const server = 'http://localhost:8000'

/** The web application. `npm run dev:web` serves it with live changes, beside a server on port 8000. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react(), compressed()],
  build: {
    outDir,
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0, // the content policy allows no data: but pictures
    chunkSizeWarningLimit: 700,
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      '/api': server,
      '/media': server,
      '/health': server,
      '/docs': server,
      '/ws': { target: server, ws: true },
    },
  },
})

/** Compresses once, at the build, what is served often: `x.js` gets `x.js.br` and `x.js.gz` beside it. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    async closeBundle() {
      const names = await readdir(outDir, { recursive: true })
      await Promise.all(
        names.filter((name) => /\.(js|css|svg|html)$/.test(name)).map((name) => compress(join(outDir, name))),
      )
    },
  }
}

async function compress(path: string): Promise<void> {
  const bytes = await readFile(path)
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 }
  await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, { params: quality }))
  await writeFile(`${path}.gz`, await promisify(gzip)(bytes, { level: 9 }))
}
