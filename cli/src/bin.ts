#!/usr/bin/env node
/**
 * The program of the npm package: checks the version of Node.js before it loads anything that an older one cannot
 * parse.
 *
 * @module
 */
import { unsupportedNode } from './node-version.ts'

const problem = unsupportedNode(process.versions.node)
if (problem === undefined) {
  void import('./start.ts')
} else {
  process.stderr.write(`${problem}\n`)
  process.exitCode = 1
}
