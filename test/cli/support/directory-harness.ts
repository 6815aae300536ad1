import { clientPutRequestSchema } from '@edge-issuer/shared'
import type { TestContext } from 'vitest'
import { setUp } from './admin-harness.ts'
import { type Outcome, runCli } from './run-cli.ts'
import { stubDirectory, type StubDirectoryOptions } from './stub-directory.ts'

/** A folder with an admin's key, and a worker that keeps clients. */
export interface DirectoryHarness {
  readonly cwd: string
  /** Runs a command whose environment names the worker and the key. */
  readonly run: (args: string | readonly string[], stdin?: string) => Promise<Outcome>
  /** URL of the worker, and path of the roots of its TLS certificate. */
  readonly worker: { readonly url: string; readonly rootsFile: string }
  /** Entries that the worker was sent. */
  readonly sent: () => readonly unknown[]
}

/** Makes a harness that goes with the test. */
export async function setUpDirectory(
  context: Pick<TestContext, 'onTestFinished'>,
  options: StubDirectoryOptions = {},
): Promise<DirectoryHarness> {
  const { cwd, worker } = await setUp(stubDirectory(options), context)
  const env = {
    EDGE_ISSUER_URL: worker.url,
    EDGE_ISSUER_KEY: 'a.admin.key',
    EDGE_ISSUER_CA_FILE: worker.rootsFile,
  }
  return {
    cwd,
    worker,
    run: async (args, stdin) =>
      runCli(args, { cwd, env, ...(stdin === undefined ? {} : { stdin: Buffer.from(stdin) }) }),
    sent: () =>
      worker.seen
        .filter(({ method }) => method === 'PUT')
        .map(({ body }) => clientPutRequestSchema.parse(JSON.parse(body)).entry),
  }
}
