import { type RefusalClass, type RefusalCode, REFUSALS } from '../../shared/src/refusal.ts'
import { code, table } from './tables.ts'

const CLASS: Readonly<Record<RefusalClass, string>> = {
  permanent: 'the requester: fails permanently',
  temporary: 'no one: retried',
  issuer: 'the operator: requests wait',
  pending: 'no one: still in progress',
}

/** What to do about each code: a new one does not compile without its line here. */
const ADVICE: Readonly<Record<RefusalCode, string>> = {
  request_malformed: 'the message names the member; relay and worker of one release never get it',
  request_too_large: 'ask for fewer names, or a smaller certification request',
  path_unknown: "`spec.url` must be the worker's `publicUrl`, its path included",
  method_not_allowed: 'something between relay and worker changes requests: remove it',
  protocol_mismatch:
    'versions are more than one minor version apart: [the order of upgrades](operations.md#upgrades)',
  credentials_rejected: 'see [the reasons in the log of the worker](#what-the-worker-reports)',
  clock_skew: "correct the clock of the node (NTP); the worker's clock is the platform's",
  client_quarantined:
    'an admin quarantined the client, and the audit has the reason; an admin can release it',
  issuer_unknown:
    '`spec.issuer` of the issuer, or `issuers` of the client (`edge-issuer clients rules`)',
  profile_unknown:
    "`spec.profile` of the issuer, or `profiles` of the issuer in the worker's configuration",
  csr_malformed:
    'the message says what cannot be read and where; make the request with another tool',
  csr_signature_invalid: 'sign the certification request with the key it is for',
  origin_not_allowed:
    "request from a namespace that the client's `selector` allows, or have the CA's operator change it",
  key_not_allowed: 'set `privateKey` of the Certificate to what the message lists',
  signature_not_allowed: 'sign the certification request with SHA-256 or stronger',
  subject_not_allowed:
    'change `subject` or `commonName`, or have the rules of profile or client changed',
  name_malformed: 'correct the name in the message',
  name_not_allowed:
    "request names that the client's `allowed` lists, or have the CA's operator add them",
  extension_not_allowed: 'remove the extension in the message from the certification request',
  usage_unknown: 'correct `usages` of the Certificate',
  usage_not_allowed: 'remove the usage from the Certificate, or have profile and client allow it',
  usage_mismatch: 'make `usages` of the request and of its certification request the same',
  ca_not_allowed: 'set `isCA` to false, or have profile and client allow CA certificates',
  ca_mismatch: 'make `isCA` of the request and of its certification request the same',
  duration_not_allowed: 'set `duration` of the Certificate within the limits in the message',
  rate_limited:
    'nothing, or have `certificatesPerMinute` or `repeatsPerMinute` of the client raised',
  query_malformed: 'correct the flag in the message',
  role_missing: 'use the key of an admin with the role in the message',
  client_unknown: 'check the name against the list of clients',
  client_invalid: 'correct the members of the entry in the message',
  precondition_required:
    'send `If-Match` with the version that is replaced, or `If-None-Match: *` for a new client',
  jwks_push_refused:
    'set `identity.jwks` of the client to the keys of its cluster, or allow pushes with `identity.jwksPush`',
  version_conflict: 'read the client again, and decide whether the change still applies',
  certificate_unknown: 'check the serial number; `edge-issuer certificates list` has all',
  idempotency_conflict: 'delete the CertificateRequest: a new one has a new uid',
  record_archived: 'delete the CertificateRequest: a new one has a new uid',
  issuance_forgotten:
    'delete the CertificateRequest, or renew its Certificate (`cmctl renew`): a new request has a new uid, and [the restored ledger](operations.md#restore-to-an-earlier-time) signs it',
  issuer_expiring: 'the issuing CA has expired, or is not valid yet: [rotate-ca.md](rotate-ca.md)',
  worker_misconfigured:
    '`edge-issuer config check`, and the key secret of each CA: [deploy-worker.md](deploy-worker.md)',
  directory_unavailable:
    "nothing; when it lasts, the platform's status page and the log of the worker",
  ledger_unavailable:
    "nothing; when it lasts, the platform's status page and the log of the worker",
  internal_error: 'look for the request id in the log of the worker, and report a bug',
}

/** @returns The table of every refusal code. */
export const refusalTable = (): string =>
  table(
    ['code', 'HTTP', 'who acts', 'meaning', 'what to do'],
    Object.entries(REFUSALS).map(([name, { class: kind, status, title }]) => [
      code(name),
      String(status),
      CLASS[kind],
      title,
      adviceFor(name),
    ]),
  )

const isKnown = (name: string): name is RefusalCode => Object.hasOwn(ADVICE, name)
const adviceFor = (name: string): string => (isKnown(name) ? ADVICE[name] : '')
