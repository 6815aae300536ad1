/**
 * Builds the relay's image for this machine, under the name that the cluster has it by.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { baseImages } from '../release/base-images.ts'
import { imageBuild } from './image-build.ts'
import { IMAGE } from './steps.ts'

const child = spawn('docker', imageBuild(await baseImages(), IMAGE), {
  cwd: new URL('../..', import.meta.url).pathname,
  stdio: 'inherit',
})
const [code] = await once(child, 'exit')
process.exitCode = typeof code === 'number' ? code : 1
