import { resolve } from 'node:path'
import { err, ok } from '@edge-issuer/shared'
import { defineCommand } from '../command-line/define-command.ts'
import { optional, toggle } from '../command-line/parameters.ts'
import { DIRECTORY, FILE } from '../command-line/value-types.ts'

const parameters = {
  once: toggle('stop after success instead of staying up'),
  kubeconfig: optional(
    FILE,
    'use this cluster, which must have cert-manager, instead of a new one',
  ),
  stateIn: optional(DIRECTORY, 'where to make the folder for its state; the checkout when absent'),
  clean: toggle('remove what earlier runs left, and end'),
  caches: toggle('with --clean: also what was built, in the cache of the user'),
}

/** `edge-issuer demo`. */
export const demo = defineCommand({
  description: `
Shows the main job on real processes: etcd, kube-apiserver and cert-manager; a CA and a signing worker
in workerd; the relay under its own ServiceAccount; an Issuer and a ClusterIssuer, and a Certificate
by each.

Needs a checkout and Go: the first run builds the control plane, which takes minutes. Keeps its state
in the folder .demo of the checkout, or in edge-issuer-demo below --state-in, so that the next run
starts warm.

Ctrl-C stops everything in order, and ends with 0 once the demo is up. When the relay, the worker or a
part of the cluster ends by itself, so does the demo, with the last lines of that log.`,
  parameters,
  exits: ['done', 'failed', 'usage'],
  examples: [
    'npm run demo',
    'npm run demo -- --once',
    'npm run demo -- --kubeconfig kind.yaml',
    'npm run demo -- --clean --caches',
  ],
  run: async ({ once, kubeconfig, stateIn, clean: isClean, caches }, io) => {
    if (caches && !isClean) {
      return err({
        exit: 'usage',
        message: '--caches goes with --clean; see "edge-issuer demo --help"',
      })
    }
    const place = stateIn === undefined ? undefined : resolve(io.cwd, stateIn)
    // What it needs of the checkout is loaded only when it runs.
    const { runDemo } = await import('../demo/demo.ts')
    const { clean } = await import('../demo/clean.ts')
    try {
      await (isClean
        ? clean({ stateIn: place, withCaches: caches }, io)
        : runDemo(
            {
              isOnce: once,
              kubeconfig: kubeconfig === undefined ? undefined : resolve(io.cwd, kubeconfig),
              stateIn: place,
            },
            io,
          ))
      return ok(undefined)
    } catch (error) {
      return err({
        exit: 'failed',
        message: error instanceof Error ? error.message : String(error),
      })
    }
  },
})
