/**
 * `npm run demo`: the demo of the command, with a cluster of its own.
 *
 * @module
 */
import { resolve } from 'node:path'
import {
  clean,
  defineCommand,
  demoResult,
  DIRECTORY,
  FILE,
  optional,
  processIo,
  runDemo,
  toggle,
} from '@edge-issuer/cli/demo'
import { err } from '@edge-issuer/shared'
import { cleanCaches } from './caches.ts'
import { checkoutHost, STATE_DIRECTORY } from './checkout-host.ts'

const demo = defineCommand({
  description: `
Runs edge-issuer end to end with real processes: etcd, kube-apiserver and cert-manager; a CA and a
signing worker in workerd; the relay under its own ServiceAccount; an Issuer and a ClusterIssuer, and
a Certificate from each.

Requires Go: the first run builds the control plane, which takes minutes. The state is kept in the folder
.demo of the checkout, or in edge-issuer-demo below --state-in, so that the next run starts faster.

Ctrl-C stops all processes in order; the exit code is 0 once the demo has started. If the relay, the
worker or a part of the cluster exits, the demo stops and prints the last lines of its log.`,
  parameters: {
    once: toggle('stop after success instead of running until Ctrl-C'),
    kubeconfig: optional(FILE, 'use an existing cluster with cert-manager instead of a new one'),
    stateIn: optional(DIRECTORY, 'parent of the folder for its state; when absent, the checkout'),
    clean: toggle('remove the state of earlier runs, and exit'),
    caches: toggle("with --clean: also remove built programs from the user's cache"),
  },
  exits: ['done', 'failed', 'usage'],
  examples: [
    'npm run demo',
    'npm run demo -- --once',
    'npm run demo -- --kubeconfig kind.yaml',
    'npm run demo -- --clean --caches',
  ],
  run: async ({ once, clean: isClean, caches, ...values }, io) => {
    if (caches && !isClean) return err({ exit: 'usage', message: '--caches requires --clean' })
    const stateIn = values.stateIn === undefined ? undefined : resolve(io.cwd, values.stateIn)
    if (isClean) {
      return demoResult(async () => {
        await clean({ stateIn, fallback: STATE_DIRECTORY }, io)
        await cleanCaches(caches, io)
      })
    }
    const kubeconfig =
      values.kubeconfig === undefined ? undefined : resolve(io.cwd, values.kubeconfig)
    return demoResult(async () => runDemo(checkoutHost(kubeconfig), { isOnce: once, stateIn }, io))
  },
})

const line = { path: 'demo', summary: 'run edge-issuer end to end in a local cluster' }
process.exitCode = await demo.run(line, process.argv.slice(2), processIo())
