/**
 * Manifests for the control plane's own tests.
 * @module
 */
import { createSigningRequest } from '../pki/pki.ts'

/** A CertificateRequest in `default`, with a new key, for `<name>.example`. */
export async function certificateRequest(
  name: string,
  issuerRef: Readonly<Record<string, string>>,
): Promise<string> {
  const { requestPem } = await createSigningRequest({ subject: [], dnsNames: [`${name}.example`] })
  return JSON.stringify({
    apiVersion: 'cert-manager.io/v1',
    kind: 'CertificateRequest',
    metadata: { name, namespace: 'default' },
    spec: { request: btoa(requestPem), issuerRef },
  })
}

/** Namespace `default`: the Issuer `in-tree-ca` with its certificate, and the ServiceAccount `requester`. */
export const IN_TREE_AUTHORITY = `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: self-signed, namespace: default}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: in-tree-ca, namespace: default}
spec:
  isCA: true
  commonName: in-tree CA
  secretName: in-tree-ca
  issuerRef: {name: self-signed}
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: in-tree-ca, namespace: default}
spec: {ca: {secretName: in-tree-ca}}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: requester, namespace: default}
`

/** Lets the ServiceAccount `requester` create CertificateRequests, and nothing else. */
export const REQUESTER_PERMISSION = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: requester, namespace: default}
rules: [{apiGroups: [cert-manager.io], resources: [certificaterequests], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: requester, namespace: default}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: requester}
subjects: [{kind: ServiceAccount, name: requester, namespace: default}]
`

/** A kind of issuer that cert-manager does not know. */
export const FOREIGN_KIND = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: issuers.foreign.example}
spec:
  group: foreign.example
  scope: Namespaced
  names: {kind: Issuer, listKind: IssuerList, plural: issuers, singular: issuer}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`

/** Lets cert-manager approve requests for that kind. */
export const FOREIGN_APPROVE_PERMISSION = `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: "cert-manager-controller-approve:foreign-example"}
rules:
  - apiGroups: [cert-manager.io]
    resources: [signers]
    verbs: [approve]
    resourceNames: [issuers.foreign.example/*]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: "cert-manager-controller-approve:foreign-example"}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: "cert-manager-controller-approve:foreign-example"
subjects: [{kind: ServiceAccount, name: cert-manager, namespace: cert-manager}]
`
