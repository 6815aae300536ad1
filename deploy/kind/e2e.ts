/**
 * `npm run e2e:kind`: see {@link issueInCluster}, in the cluster of `npm run kind:up`.
 *
 * @module
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '@edge-issuer/testbed/processes/process'
import { issueInCluster } from './issue.ts'
import { KUBECONFIG } from './steps.ts'
import { thisMachine } from './this-machine.ts'

const ROOT = new URL('../..', import.meta.url).pathname

async function output(
  [command, ...args]: readonly [string, ...string[]],
  stdin = '',
): Promise<string> {
  const result = await runCommand({ command, args, env: process.env, cwd: ROOT, stdin })
  if (result.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${result.stderr}`)
  return result.stdout
}

const directory = await mkdtemp(join(tmpdir(), 'edge-issuer-kind-'))
try {
  await issueInCluster({
    ...thisMachine(process.platform, await output(['docker', 'network', 'inspect', 'kind'])),
    kubectl: async (args, stdin) =>
      output(['kubectl', `--kubeconfig=${KUBECONFIG}`, ...args], stdin),
    directory,
    say: (line) => process.stdout.write(`ok  ${line}\n`),
  })
} catch (error) {
  process.stderr.write(`e2e:kind: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await rm(directory, { recursive: true, force: true })
}
