import type { TestContext } from 'vitest'
import { runCli, temporaryFolder, type Outcome } from './run-cli.ts'

/** When the harness lives, in epoch ms. */
export const NOW_MS = Date.UTC(2026, 0, 2)

/** A folder with a CA, an admin `a1` and a client `c1`. */
export interface Harness {
  readonly cwd: string
  /** Runs `config …` at the time of the harness. */
  readonly config: (args: string) => Promise<Outcome>
}

/** Makes a harness that goes with the test. */
export async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Harness> {
  const cwd = await temporaryFolder(context)
  await runCli('ca init', { cwd, nowMs: NOW_MS })
  await runCli('admin create a1 --role admin', { cwd })
  await runCli('client create c1 --allow-dns *.a.internal', { cwd })
  return { cwd, config: async (args) => runCli(`config ${args}`, { cwd, nowMs: NOW_MS }) }
}

/** Makes a configuration of what the harness has. */
export const INIT = 'init --url https://ca.example.com --ca ca --admin a1.admin.json'
