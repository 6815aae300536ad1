/**
 * cert-manager as two plain processes, each under the ServiceAccount that its chart gives it and with
 * no other permission: a missing approve permission is as missing as in a real cluster.
 * @module
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileExists } from '../files/file-exists.ts'
import { withPorts } from '../processes/ports.ts'
import type { ManagedProcess } from '../processes/process.ts'
import type { ApiClient } from './api-client.ts'
import { CERT_MANAGER_NAMESPACE, renderCertManager } from './cert-manager-manifests.ts'
import type { ClusterPki } from './cluster-pki.ts'
import type { Kubectl } from './kubectl.ts'
import type { Launcher } from './launcher.ts'
import { pollUntil } from './poll.ts'
import { writeServiceAccountKubeconfig } from './service-account.ts'
import type { StateDirectory } from './state-directory.ts'

const READY_TIMEOUT_MS = 60_000
const STOP_GRACE_MS = 10_000
/** The chart's default (global.logLevel). */
const LOG_LEVEL = '--v=2'
/** The ServiceAccounts of the chart's release "cert-manager". */
const CONTROLLER = 'cert-manager'
const WEBHOOK = 'cert-manager-webhook'
/** What the controller watches; it waits for a second and more if one is not served when it starts. */
const WATCHED = ['certificaterequests', 'certificates', 'clusterissuers', 'issuers'] as const

/** Dependencies of cert-manager. */
export interface CertManagerContext {
  readonly launcher: Launcher
  readonly state: StateDirectory
  readonly pki: ClusterPki
  readonly client: ApiClient
  readonly kubectl: Kubectl
  /** The folder of cert-manager's chart. */
  readonly chart: string
}

/** Options of the controller that differ from cert-manager's defaults. */
export interface CertManagerOptions {
  /** Control loops to leave out, by cert-manager's names, such as `certificaterequests-approver`. */
  readonly controllersOff?: readonly string[]
  /** Wait before a failed Certificate is tried again, doubled with each failure; one hour by default. */
  readonly minimumBackoffMs?: number
  /** The longest such wait; 32 hours by default. */
  readonly maximumBackoffMs?: number
}

/** An installed cert-manager. Its webhook runs as long as the control plane does. */
export interface CertManager {
  /** Starts the controller; it is ready when its caches are filled. */
  startController(options: CertManagerOptions): Promise<void>
  /** Stops the controller; harmless when it does not run. */
  stopController(): Promise<void>
}

/** Installs cert-manager's manifests, starts its webhook, and then its controller. */
export async function startCertManager(
  context: CertManagerContext,
  options: CertManagerOptions,
): Promise<CertManager> {
  await installCertManager(context)
  let [controller] = await Promise.all([
    startController(context, options),
    waitUntilAsked(context.client),
  ])
  return {
    startController: async (newOptions) => {
      controller = await startController(context, newOptions)
    },
    stopController: async () => {
      await controller.stop(STOP_GRACE_MS)
    },
  }
}

async function installCertManager(context: CertManagerContext): Promise<void> {
  const { kubectl, state } = context
  const preferred = await state.rememberedPorts(WEBHOOK)
  await withPorts({ count: 2, preferred }, async (ports) => {
    const [webhookPort = 0, healthPort = 0] = ports
    const manifests = await renderCertManager(context.launcher, {
      chart: context.chart,
      webhookPort,
      webhookCaPem: context.pki.authority.pem,
    })
    await kubectl.apply(manifests.permissions)
    await Promise.all([
      startWebhook(context, { webhookPort, healthPort }),
      kubectl.apply(manifests.definitions),
    ])
    await waitUntilServed(context.client)
    await state.rememberPorts(WEBHOOK, ports)
  })
}

async function startController(
  context: CertManagerContext,
  options: CertManagerOptions,
): Promise<ManagedProcess> {
  const readyFile = join(context.state.path, 'cert-manager-controller.ready')
  await rm(readyFile, { force: true })
  const { controllersOff = [], minimumBackoffMs, maximumBackoffMs } = options
  return context.launcher.start({
    part: 'cert-manager-controller',
    args: [
      `--kubeconfig=${await kubeconfigOf(context, CONTROLLER)}`,
      `--cluster-resource-namespace=${CERT_MANAGER_NAMESPACE}`,
      `--without-controllers=${controllersOff.join(',')}`,
      ...duration('certificate-request-minimum-backoff-duration', minimumBackoffMs),
      ...duration('certificate-request-maximum-backoff-duration', maximumBackoffMs),
      `--ready-file=${readyFile}`,
      LOG_LEVEL,
    ],
    readiness: { probe: async () => fileExists(readyFile), timeoutMs: READY_TIMEOUT_MS },
  })
}

async function startWebhook(
  context: CertManagerContext,
  ports: { readonly webhookPort: number; readonly healthPort: number },
): Promise<ManagedProcess> {
  return context.launcher.start({
    part: WEBHOOK,
    args: [
      `--kubeconfig=${await kubeconfigOf(context, WEBHOOK)}`,
      `--secure-port=${ports.webhookPort}`,
      `--healthz-port=${ports.healthPort}`,
      '--metrics-listen-address=0',
      `--tls-cert-file=${context.pki.webhook.certificate}`,
      `--tls-private-key-file=${context.pki.webhook.key}`,
      LOG_LEVEL,
    ],
    readiness: {
      probe: async (signal) =>
        (await fetch(`http://127.0.0.1:${ports.healthPort}/healthz`, { signal })).ok,
      timeoutMs: READY_TIMEOUT_MS,
    },
  })
}

async function kubeconfigOf(context: CertManagerContext, name: string): Promise<string> {
  return writeServiceAccountKubeconfig(context, { namespace: CERT_MANAGER_NAMESPACE, name })
}

/** Waits until the API server serves the new kinds, a moment after their definitions are stored. */
async function waitUntilServed(client: ApiClient): Promise<void> {
  await pollUntil({
    what: "cert-manager's kinds to be served",
    probe: async () => {
      const answers = await Promise.all(
        WATCHED.map(async (plural) =>
          client.request({ method: 'GET', path: `/apis/cert-manager.io/v1/${plural}?limit=1` }),
        ),
      )
      return answers.every(({ status }) => status === 200)
    },
    timeoutMs: READY_TIMEOUT_MS,
  })
}

/**
 * Waits until the API server asks both webhooks, a moment after their configurations are stored. It
 * tries to create (as a dry run) what the validating webhook must refuse; as long as the mutating one
 * does not stamp the requester's identity on it, the refusal also complains of that.
 */
async function waitUntilAsked(client: ApiClient): Promise<void> {
  const probe = {
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name: 'webhook-probe', namespace: 'default' },
    spec: { request: btoa('not a request'), issuerRef: { name: 'nobody' } },
  }
  await pollUntil({
    what: "the API server to ask cert-manager's webhook",
    probe: async () => {
      const { body } = await client.request({
        method: 'POST',
        path: '/apis/cert-manager.io/v1/namespaces/default/certificaterequests?dryRun=All',
        body: JSON.stringify(probe),
      })
      const isAsked = body.includes('denied the request') && !body.includes('spec.username')
      if (!isAsked) throw new Error(`the last answer: ${body}`)
      return true
    },
    timeoutMs: READY_TIMEOUT_MS,
  })
}

function duration(flag: string, valueMs: number | undefined): readonly string[] {
  return valueMs === undefined ? [] : [`--${flag}=${valueMs}ms`]
}
