/**
 * `npm run release:base-images`: prints the base images of the relay's image as lines
 * `NAME=REFERENCE`.
 *
 * @module
 */
import { baseImages } from './base-images.ts'

for (const [name, reference] of Object.entries(await baseImages()))
  process.stdout.write(`${name}=${reference}\n`)
