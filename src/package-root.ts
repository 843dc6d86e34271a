import { fileURLToPath } from 'node:url'

/** The folder of package.json. Compiled, this file lies in `dist/src/`. */
export const packageRoot: string = fileURLToPath(new URL('../..', import.meta.url))
