/**
 * The way to the directory.
 *
 * @module
 */
import { openObject } from '../config/open-object.ts'
import { type Directory, DIRECTORY_NAME } from './directory.ts'

/** @returns The directory's object. */
export const directoryOf = (env: Env): DurableObjectStub<Directory> =>
  openObject(env, env.DIRECTORY, { name: DIRECTORY_NAME })
