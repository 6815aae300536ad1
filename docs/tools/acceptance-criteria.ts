/** The acceptance criteria of the relay. A test that covers criterion 12 has the tag `AC-12`. */

const CRITERIA = [
  'A request whose issuerRef has a foreign or empty group is ignored: no write, no Event, no call to the worker. An empty kind means Issuer, as in cert-manager’s webhook. A foreign kind in our group gets one Warning Event, `UnknownIssuerKind`, and nothing else.',
  'A request that is not approved is not sent to the worker; after 30 s it gets one `WaitingForApproval` Event.',
  'A request with Denied (and no Approved) gets Ready=False with reason Denied, `failureTime` and one Warning Event. There is no call to the worker, and a resync changes nothing.',
  'A request with InvalidRequest=True is left untouched.',
  'A request that is Issued, Failed or Denied, or that has a certificate, is left untouched.',
  'A request without an issuer is Pending; it is issued without waiting for the backoff once the issuer exists and is Ready.',
  'A request whose issuer has a newer generation than its Ready condition waits until the issuer is checked again.',
  'The message of a request whose issuer is not Ready quotes the reason and the message of the issuer.',
  'An issued request has Ready=True with reason Issued, the certificate and the CA. It is written by server-side apply as our field manager; conditions of other managers stay.',
  'A retryable error (500, timeout, reset, 429 with Retry-After) leaves the request Pending; it is retried with a growing delay and issued in the end.',
  'A permanent error (422) makes the request Failed with `failureTime`; the worker is never called for it again.',
  'Past the retry limit a request is Failed with `failureTime` and the last error; the time in which it waited for its issuer does not count.',
  'A 202 pending response is polled at its Retry-After, without the limit of AC-12.',
  'A 401 or 403 makes the issuer Ready=False with reason Pending, and its requests wait; when the Secret is fixed, the issuer becomes Ready and they are issued.',
  'A certificate from the worker with another public key, subject or SAN, an expired one, or one with a broken chain is never written.',
  'A request that is deleted, or deleted and created again under its name, while the worker signs gets nothing of the old response.',
  'When the relay is killed after the worker signed and before the status is written, the next relay gets the same certificate, and the ledger of the worker has one.',
  'Of two relays one leads; when it is killed, the other takes over within 20 s, and nothing is signed twice.',
  'A closed watch, 410 Gone, an ERROR event or a restart of the API server leads to a new list, and no request is lost.',
  'When others write the status between the read and the write of the relay, nothing is lost and no conflict surfaces: the relay decides again on the new version.',
  '`lastTransitionTime` stays for Pending→Pending and Pending→Failed and changes for False→True; `failureTime` is the current time; times are in whole seconds.',
  'An issuer becomes Ready=True with reason Checked and its observedGeneration in one write; with the CA down it is False with reason Pending; when the CA is back it is True and its requests are enqueued. A bad spec is False with reason Failed, and is checked again only when the generation changes or the annotation is touched.',
  'A Secret in another namespace is never read; that of a ClusterIssuer is read in the cluster resource namespace; when access is forbidden, a condition says so.',
  'A CertificateSigningRequest is signed for a cluster-scoped signer name and refused for a namespaced one. Missing permission `sign` is logged and in an Event; a permanent error sets Failed. `expirationSeconds`, the request-duration and the request-is-ca annotation work, in that order of precedence.',
  'An Event has a note of at most 1024 bytes and a valid MicroTime, and is in namespace `default` for cluster-scoped objects; an Event API that fails does not stop issuing.',
  'The 24 shapes of cert-manager’s certificates suite that need no Ingress, Gateway or ARI (rows 1–22, 30, 31) and all shapes of its CertificateSigningRequest suite have the same field values.',
  'After SIGTERM while the worker signs, the relay finishes the request or leaves it Pending, exits within 30 s and releases the lease.',
  'With 5000 requests of other groups the relay stays below its memory limit, with and without the field selector of the API server.',
]

/** One acceptance criterion; a tag of Vitest. */
export interface Criterion {
  readonly name: string
  readonly description: string
}

/** All criteria, in order. */
export const ACCEPTANCE_CRITERIA: readonly Criterion[] = CRITERIA.map((description, at) => ({
  name: `AC-${at + 1}`,
  description,
}))
