/**
 * The steps for installing the relay in a kind cluster, each a list of commands. Steps can be repeated. The cluster has
 * a separate kubeconfig, so that no command affects another cluster.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { kindImage } from './image-build.ts'
import type { Tool } from './tools.ts'

/** A program and its arguments. */
export type Argv = readonly [program: string, ...args: string[]]

/** One command of a step. */
export interface Command {
  readonly argv: Argv
  /** Skips the command if the output of another command has this line. */
  readonly unless?: { readonly argv: Argv; readonly line: string }
}

/** A step. */
export interface Step {
  /** Summary for the help text. */
  readonly summary: string
  /** Required tools. */
  readonly tools: readonly Tool[]
  readonly commands: readonly Command[]
}

/** Name of the cluster. */
const CLUSTER = 'edge-issuer'
/** Folder for output, relative to the checkout; git ignores it. */
const OUTPUT = 'deploy/kind/dist'
/** Kubeconfig of a cluster admin. */
export const KUBECONFIG = `${OUTPUT}/kubeconfig`
/** Image in `kustomization.yaml`. */
export const IMAGE = kindImage('relay')

/** Timeout, mostly for downloading images. */
const TIMEOUT = '300s'
const RELAY = ['deployment/edge-issuer-relay', '--namespace=edge-issuer'] as const

const run = (...argv: Argv): Command => ({ argv })
const kubectl = (...args: readonly string[]): Command =>
  run('kubectl', `--kubeconfig=${KUBECONFIG}`, ...args)
const node = (file: string, ...args: readonly string[]): Command =>
  run('node', `deploy/kind/${file}`, ...args)

/** Steps by name, in their usual order. */
export const STEPS = {
  up: {
    summary: 'create the cluster, and write its kubeconfig',
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
          `--wait=${TIMEOUT}`,
        ],
        unless: { argv: ['kind', 'get', 'clusters'], line: CLUSTER },
      },
      run('kind', 'export', 'kubeconfig', `--name=${CLUSTER}`, `--kubeconfig=${KUBECONFIG}`),
    ],
  },
  'cert-manager': {
    summary: 'install the released cert-manager',
    tools: ['kubectl'],
    commands: [
      kubectl('apply', '--server-side', `--filename=${certManagerManifest()}`),
      kubectl(
        'wait',
        'deployment',
        '--all',
        '--namespace=cert-manager',
        '--for=condition=Available',
        `--timeout=${TIMEOUT}`,
      ),
    ],
  },
  image: {
    summary: `build the relay's image, ${IMAGE}`,
    tools: ['docker'],
    commands: [node('build-image.ts', 'relay')],
  },
  load: {
    summary: 'copy the image into the node',
    tools: ['docker', 'kind'],
    commands: [run('kind', 'load', 'docker-image', IMAGE, `--name=${CLUSTER}`)],
  },
  deploy: {
    summary: 'install the relay, and wait until it is ready',
    tools: ['kubectl'],
    commands: [
      kubectl('apply', '--server-side', '--kustomize=deploy/kind'),
      // The name of the image does not change.
      kubectl('rollout', 'restart', ...RELAY),
      kubectl('rollout', 'status', ...RELAY, `--timeout=${TIMEOUT}`),
    ],
  },
  e2e: {
    summary: 'issue certificates with a worker on this machine',
    tools: ['docker', 'kubectl'],
    commands: [node('e2e.ts')],
  },
  logs: {
    summary: `export the logs of the node and of all pods to ${OUTPUT}/logs`,
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

/** Manifest of the cert-manager release in the testbed's control plane. */
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
