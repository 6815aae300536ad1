import { sortManifests } from '@edge-issuer/testbed/control-plane/cert-manager-manifests'
import { describe, it } from 'vitest'

/** In the shape of what `helm template` prints. */
const RENDERED = `---
# Source: cert-manager/templates/serviceaccount.yaml
apiVersion: v1
kind: ServiceAccount
metadata:
  name: cert-manager
---
# Source: cert-manager/templates/crd.yaml
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: issuers.cert-manager.io
spec:
  names:
    kind: Issuer
---
apiVersion: v1
kind: Service
metadata:
  name: cert-manager
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cert-manager
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: cert-manager-webhook
webhooks:
  - name: webhook.cert-manager.io
    clientConfig:
      url: https://127.0.0.1:1/validate
---
# Source: an empty template
`

describe('sortManifests', () => {
  const { permissions, definitions } = sortManifests(RENDERED, 'PEM')

  it('puts the namespace and what the processes need first', ({ expect }) => {
    expect(permissions.match(/^kind: .*$/gm)).toEqual(['kind: Namespace', 'kind: ServiceAccount'])
  })

  it('puts definitions and webhook configurations second, and leaves the containers out', ({
    expect,
  }) => {
    expect(definitions.match(/^kind: .*$/gm)).toEqual([
      'kind: CustomResourceDefinition',
      'kind: ValidatingWebhookConfiguration',
    ])
  })

  it('makes the API server trust the webhook', ({ expect }) => {
    expect(definitions).toContain(
      `url: https://127.0.0.1:1/validate\n      caBundle: ${btoa('PEM')}\n`,
    )
  })
})
