/**
 * The way to the directory.
 *
 * @module
 */
import { type Directory, DIRECTORY_NAME } from './directory.ts'

/** @returns The directory's object. */
export const directoryOf = (env: Env): DurableObjectStub<Directory> =>
  env.DIRECTORY.getByName(DIRECTORY_NAME)
