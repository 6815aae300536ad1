/**
 * A certification request that a tool makes while the test runs.
 *
 * @module
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'

/** A request and what must be in its certificate. */
export interface MadeCsr {
  /** The tool and what it was asked for, for the title of a test. */
  readonly name: string
  /** The file as the tool wrote it. */
  readonly make: () => Promise<Uint8Array>
  readonly expected: ExpectedNames
}

/** Names of the certificate as openssl prints them. */
export interface ExpectedNames {
  /** By RFC 2253. */
  readonly subject: string
  /** SAN; absent where there is none. */
  readonly names?: string | undefined
}

/** Runs commands in a folder of its own, which is gone afterwards. */
export async function inFolder<T>(work: (folder: ToolFolder) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-issuer-field-csrs-'))
  try {
    return await work({
      path: (name) => join(folder, name),
      run: async (command, args, { env = process.env, stdin = '' } = {}) => {
        const result = await runCommand({ command, args, env, stdin, cwd: folder })
        if (result.code === 0) return result.stdout
        throw new Error(
          `${command} ${args.join(' ')} failed:\n${result.stdout}${result.stderr}`.trimEnd(),
        )
      },
      read: async (name) => new Uint8Array(await readFile(join(folder, name))),
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Where a tool works. */
export interface ToolFolder {
  readonly path: (name: string) => string
  /** @returns Standard output. @throws Error with what the tool printed */
  readonly run: (
    command: string,
    args: readonly string[],
    options?: { readonly env?: NodeJS.ProcessEnv; readonly stdin?: string },
  ) => Promise<string>
  readonly read: (name: string) => Promise<Uint8Array>
}

/** The octets of a text. */
export const textFile = (text: string): Uint8Array => new TextEncoder().encode(text)
