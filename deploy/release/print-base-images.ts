/**
 * `npm run release:base-images`: the images that the relay's image is made with and of, as lines of
 * `NAME=REFERENCE`.
 *
 * @module
 */
import { baseImages } from './base-images.ts'

for (const [name, reference] of Object.entries(await baseImages()))
  process.stdout.write(`${name}=${reference}\n`)
