import type { TestContext } from 'vitest'
import { runCli, temporaryFolder, type Outcome } from './run-cli.ts'

/** When the bench lives, in epoch ms. */
export const NOW_MS = Date.UTC(2026, 0, 2)

/** A folder with a CA and a client `c1`. */
export interface Bench {
  readonly cwd: string
  /** Runs `config …` at the time of the bench. */
  readonly config: (args: string) => Promise<Outcome>
}

/** Makes a bench that goes with the test. */
export async function setUp(context: Pick<TestContext, 'onTestFinished'>): Promise<Bench> {
  const cwd = await temporaryFolder(context)
  await runCli('ca init', { cwd, nowMs: NOW_MS })
  await runCli('client create c1 --allow-dns *.a.internal', { cwd })
  return { cwd, config: async (args) => runCli(`config ${args}`, { cwd, nowMs: NOW_MS }) }
}

/** Makes a configuration of what the bench has. */
export const INIT = 'init --url https://ca.example.com --ca ca --client c1.client.json'
