#!/usr/bin/env node
/**
 * The process around {@link run}: streams, clock, exit code.
 *
 * @module
 */
import { run } from './run.ts'
import { processIo } from './terminal/process-io.ts'

process.exitCode = await run(process.argv.slice(2), processIo())
