/** `spec` needs an edit of the issuer, `credentials` one of the Secret, the ServiceAccount or their RBAC; `api` recovers by itself. */
export interface ConnectError {
  readonly kind: 'spec' | 'credentials' | 'api'
  readonly message: string
}
