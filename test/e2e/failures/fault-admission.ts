/**
 * A webhook that never responds and a policy that denies, for the requests of the fault table that are named
 * after them.
 *
 * @module
 */

/** @returns Manifests of both; cert-manager's own writes pass. */
export function faultyAdmission(frozenUrl: string, caBundle: string): string {
  const relay = 'system:serviceaccount:edge-issuer:edge-issuer-relay'
  const rules = `[{apiGroups: [cert-manager.io], apiVersions: [v1], operations: [UPDATE], resources: [certificaterequests/status]}]`
  const onlyFor = (name: string): string =>
    `[{name: relay, expression: 'request.userInfo.username == "${relay}" && request.name == "${name}"'}]`
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: frozen}
webhooks:
  - name: frozen.example.com
    clientConfig: {url: '${frozenUrl}', caBundle: ${caBundle}}
    timeoutSeconds: 5
    failurePolicy: Fail
    sideEffects: None
    admissionReviewVersions: [v1]
    rules: ${rules}
    matchConditions: ${onlyFor('webhook-frozen')}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: denies}
spec:
  matchConstraints: {resourceRules: ${rules}}
  matchConditions: ${onlyFor('policy-denies')}
  validations: [{expression: 'false', message: not now}]
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: denies}
spec: {policyName: denies, validationActions: [Deny]}
`
}
