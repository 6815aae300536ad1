/**
 * The relay as one file, which is all that an image needs beside Node. What is loaded is memory for as
 * long as the process lives, so what is never run is left out.
 *
 * @module
 */
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'rolldown'

const inRelay = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  input: inRelay('src/main.ts'),
  platform: 'node',
  // npm installs undici once for the relay and once, in the same version, for the Kubernetes library.
  resolve: { alias: { undici: createRequire(import.meta.url).resolve('undici') } },
  // Of that library the relay reads kubeconfigs with; a megabyte of it describes every kind of object.
  treeshake: {
    moduleSideEffects: [{ test: /\/@kubernetes\/client-node\//, sideEffects: false }],
  },
  output: { file: inRelay('dist/relay.mjs'), sourcemap: true },
})
