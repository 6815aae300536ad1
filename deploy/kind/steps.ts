/**
 * The steps to a kind cluster that runs what is shipped: each a list of commands. A step can be run
 * again; the cluster has a kubeconfig of its own, so that no command reaches another one.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Tool } from './tools.ts'

/** A program and its arguments. */
export type Argv = readonly [program: string, ...args: string[]]

/** One command of a step. */
export interface Command {
  readonly argv: Argv
  /** Another command, and a line of its output with which this one need not run. */
  readonly unless?: { readonly argv: Argv; readonly line: string }
}

/** One step. */
export interface Step {
  /** In a few words, for people. */
  readonly summary: string
  /** What its commands need besides Node. */
  readonly tools: readonly Tool[]
  readonly commands: readonly Command[]
}

/** Name of the cluster. */
const CLUSTER = 'edge-issuer'
/** What the steps leave, from the root of the checkout; git ignores it. */
const OUTPUT = 'deploy/kind/dist'
/** Of an administrator of the cluster. */
export const KUBECONFIG = `${OUTPUT}/kubeconfig`
/** As `kustomization.yaml` has it. */
export const IMAGE = 'edge-issuer/relay:kind'

/** Downloading images takes the longest. */
const PATIENCE = '300s'
const RELAY = ['deployment/edge-issuer-relay', '--namespace=edge-issuer'] as const

const run = (...argv: Argv): Command => ({ argv })
const kubectl = (...args: readonly string[]): Command =>
  run('kubectl', `--kubeconfig=${KUBECONFIG}`, ...args)
const node = (file: string): Command => run('node', `deploy/kind/${file}`)

/** By their names, in the order in which they follow on each other. */
export const STEPS = {
  up: {
    summary: 'make the cluster, and write its kubeconfig',
    tools: ['docker', 'kind'],
    commands: [
      {
        argv: [
          'kind',
          'create',
          'cluster',
          `--name=${CLUSTER}`,
          '--config=deploy/kind/cluster.yaml',
          `--kubeconfig=${KUBECONFIG}`,
          `--wait=${PATIENCE}`,
        ],
        unless: { argv: ['kind', 'get', 'clusters'], line: CLUSTER },
      },
      run('kind', 'export', 'kubeconfig', `--name=${CLUSTER}`, `--kubeconfig=${KUBECONFIG}`),
    ],
  },
  'cert-manager': {
    summary: 'install cert-manager as it is released',
    tools: ['kubectl'],
    commands: [
      kubectl('apply', '--server-side', `--filename=${certManagerManifest()}`),
      kubectl(
        'wait',
        'deployment',
        '--all',
        '--namespace=cert-manager',
        '--for=condition=Available',
        `--timeout=${PATIENCE}`,
      ),
    ],
  },
  image: {
    summary: `build the relay's image, ${IMAGE}`,
    tools: ['docker'],
    commands: [node('build-image.ts')],
  },
  load: {
    summary: 'copy the image into the node',
    tools: ['docker', 'kind'],
    commands: [run('kind', 'load', 'docker-image', IMAGE, `--name=${CLUSTER}`)],
  },
  deploy: {
    summary: 'install what is shipped, and wait until the relays are ready',
    tools: ['kubectl'],
    commands: [
      kubectl('apply', '--server-side', '--kustomize=deploy/kind'),
      // The image has the same name as the last time.
      kubectl('rollout', 'restart', ...RELAY),
      kubectl('rollout', 'status', ...RELAY, `--timeout=${PATIENCE}`),
    ],
  },
  e2e: {
    summary: 'have certificates issued by a worker on this machine',
    tools: ['docker', 'kubectl'],
    commands: [node('e2e.ts')],
  },
  logs: {
    summary: `keep the logs of the node and of every pod in ${OUTPUT}/logs`,
    tools: ['docker', 'kind'],
    commands: [run('kind', 'export', 'logs', `${OUTPUT}/logs`, `--name=${CLUSTER}`)],
  },
  down: {
    summary: 'delete the cluster',
    tools: ['docker', 'kind'],
    commands: [run('kind', 'delete', 'cluster', `--name=${CLUSTER}`, `--kubeconfig=${KUBECONFIG}`)],
  },
} as const satisfies Record<string, Step>

/** Name of a step. */
export type StepName = keyof typeof STEPS

/** The same release as in the control plane of the other tests. */
function certManagerManifest(): string {
  const modules = readFileSync(
    new URL('../../testbed/src/control-plane/go.mod', import.meta.url),
    'utf8',
  )
  const version = /^\s*github\.com\/cert-manager\/cert-manager (?<version>v\S+)/mu.exec(modules)
    ?.groups?.['version']
  if (version === undefined) throw new Error('go.mod does not require cert-manager')
  return `https://github.com/cert-manager/cert-manager/releases/download/${version}/cert-manager.yaml`
}
