/**
 * The relay as one file, which is all that an image needs beside Node. What is loaded is memory for as
 * long as the process lives, so what is never run is left out.
 *
 * @module
 */
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'

const inRelay = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  input: inRelay('src/main.ts'),
  platform: 'node',
  output: { file: inRelay('dist/relay.mjs'), sourcemap: true },
})
