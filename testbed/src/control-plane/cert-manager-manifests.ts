/**
 * cert-manager's own manifests, rendered from its chart by Helm, less what only makes sense for
 * containers.
 * @module
 */
import { parseDocument } from 'yaml'
import type { Launcher } from './launcher.ts'

/** The namespace of cert-manager, and the one where it looks for the Secrets of a ClusterIssuer. */
export const CERT_MANAGER_NAMESPACE = 'cert-manager'

const NAMESPACE_MANIFEST = `apiVersion: v1
kind: Namespace
metadata:
  name: ${CERT_MANAGER_NAMESPACE}
`

const CONTAINER_KINDS: ReadonlySet<string> = new Set(['Deployment', 'Service'])

/** Where the chart is, and where the webhook will be. */
export interface ManifestOptions {
  readonly chart: string
  readonly webhookPort: number
  /** The authority that signed the webhook's certificate; in a real cluster the cainjector fills it in. */
  readonly webhookCaPem: string
}

/** YAML to apply, in two parts: the first holds what the second and the processes need. */
export interface CertManagerManifests {
  /** The namespace, ServiceAccounts, roles and their bindings. */
  readonly permissions: string
  /** CustomResourceDefinitions and webhook configurations. */
  readonly definitions: string
}

/** Renders the chart. @throws Error with what Helm printed */
export async function renderCertManager(
  launcher: Launcher,
  options: ManifestOptions,
): Promise<CertManagerManifests> {
  const values = [
    'crds.enabled=true',
    'cainjector.enabled=false',
    'startupapicheck.enabled=false',
    `webhook.url.host=127.0.0.1:${options.webhookPort}`,
  ]
  const rendered = await launcher.run({
    tool: 'helm',
    args: [
      'template',
      'cert-manager',
      options.chart,
      `--namespace=${CERT_MANAGER_NAMESPACE}`,
      ...values.map((value) => `--set=${value}`),
    ],
  })
  if (rendered.code !== 0) throw new Error(`helm template failed:\n${rendered.stderr}`)
  return sortManifests(rendered.stdout, options.webhookCaPem)
}

/**
 * Sorts what Helm printed, drops Deployments and Services, and makes the API server trust the
 * webhook. The documents are classified by their text: parsing 13,000 lines of schemas takes a second.
 */
export function sortManifests(rendered: string, webhookCaPem: string): CertManagerManifests {
  const permissions: string[] = [NAMESPACE_MANIFEST]
  const definitions: string[] = []
  for (const document of rendered.split(/^---\n/m)) {
    const kind = /^kind: (\S+)$/m.exec(document)?.[1]
    if (kind === undefined || CONTAINER_KINDS.has(kind)) continue
    if (kind.endsWith('WebhookConfiguration')) definitions.push(withCa(document, webhookCaPem))
    else if (kind === 'CustomResourceDefinition') definitions.push(document)
    else permissions.push(document)
  }
  return { permissions: permissions.join('---\n'), definitions: definitions.join('---\n') }
}

function withCa(webhookConfiguration: string, caPem: string): string {
  const document = parseDocument(webhookConfiguration)
  const caBundle = Buffer.from(caPem).toString('base64')
  document.setIn(['webhooks', 0, 'clientConfig', 'caBundle'], caBundle)
  return document.toString({ lineWidth: 0 })
}
