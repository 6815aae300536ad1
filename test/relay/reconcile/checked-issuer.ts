/**
 * One check of an issuer with two CAs, and what came of it.
 *
 * @module
 */
import { err, type HealthAnswer, ok, type Result } from '@edge-issuer/shared'
import { commonName, makeAuthority, makeKey } from '@edge-issuer/testbed/pki/x509'
import { ISSUER } from '../../../relay/src/api/group.ts'
import type { Issuer, IssuerDetails } from '../../../relay/src/api/issuer.ts'
import type { ApiError } from '../../../relay/src/kube/api-error.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { IssuerReconciler } from '../../../relay/src/reconcile/issuer-reconciler.ts'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'
import type { SignerClient } from '../../../relay/src/signer/client.ts'
import type { ConnectError } from '../../../relay/src/signer/connect-error.ts'
import { aHealthAnswer, caFacts, rootFacts } from '../../support/health-answer.ts'
import { anIssuer, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aSignerClient,
  aStatusWriter,
  newUnwritten,
  UNAVAILABLE,
  clockAt,
} from './support.ts'

const NEVER = new AbortController().signal
const ROOT = makeAuthority({ key: makeKey('P-256'), subject: commonName('Root') })
export const OLD_ROOT = makeAuthority({ key: makeKey('P-256'), subject: commonName('Old Root') })
const ACTIVE = makeAuthority({ key: makeKey('P-256'), subject: commonName('CA'), issuer: ROOT })
const RETIRING = makeAuthority({
  key: makeKey('P-256'),
  subject: commonName('Old'),
  issuer: OLD_ROOT,
})
export const CA = caFacts(ACTIVE)
export const OLD = caFacts(RETIRING)
const HEALTHY = aHealthAnswer(ACTIVE, [{ ca: RETIRING, state: 'retiring' }])
/** What a check of {@link HEALTHY} writes. */
export const SEEN = {
  ca: CA,
  authorities: HEALTHY.authorities.map(({ sha256, state, notAfter, subject }) => ({
    sha256,
    state,
    notAfter,
    subject,
  })),
  roots: [
    { ...rootFacts(ROOT), subject: 'CN=Root' },
    { ...rootFacts(OLD_ROOT), subject: 'CN=Old Root' },
  ],
}
export const NEW = anIssuer({ status: { conditions: [] } })

/** What the reconciler meets; a healthy worker when nothing is said. */
export interface World {
  readonly health?: Partial<HealthAnswer>
  readonly issuer?: Issuer | undefined
  readonly client?: Result<SignerClient, ConnectError>
  readonly errors?: readonly ApiError[]
  /** The issuer as the API server has it; it does not respond when absent. */
  readonly details?: IssuerDetails
  readonly cooldowns?: IssuerCooldowns
}

/** Reconciles once. */
export async function reconcile(world: World): Promise<{
  readonly outcome: unknown
  readonly writes: ReturnType<typeof aStatusWriter>['writes']
  readonly events: ReturnType<typeof anEventRecorder>['events']
  readonly notes: readonly string[]
  readonly checks: readonly string[]
  /** Scopes of circuit breakers. */
  readonly hurried: readonly string[]
}> {
  const status = aStatusWriter(world.errors)
  const events = anEventRecorder()
  const checks: string[] = []
  const hurried: string[] = []
  const outcome = await new IssuerReconciler({
    resource: ISSUER,
    store: { get: () => world.issuer, countBy: () => 1 },
    connections: {
      connect: async () =>
        Promise.resolve(
          world.client ?? ok(aSignerClient({ health: ok({ ...HEALTHY, ...world.health }) })),
        ),
    },
    reader: {
      readDetails: async () =>
        Promise.resolve(world.details === undefined ? err(UNAVAILABLE) : ok(world.details)),
    },
    cooldowns: world.cooldowns ?? new IssuerCooldowns(),
    breakers: { hurry: (scope) => hurried.push(scope) },
    reminders: new Reminders(),
    lifetimes: { longestMs: () => 0 },
    metrics: { checked: (_kind, reason) => checks.push(reason) },
    statusWriter: status,
    events,
    unwritten: newUnwritten(events),
    log: new RecordingLog(),
    clock: clockAt(() => CREATED_MS),
    checkIntervalMs: 60_000,
    random: () => 0.5,
  }).reconcile('default/ca', NEVER)
  return {
    outcome,
    writes: status.writes,
    events: events.events,
    notes: events.events.map((event) => event.note),
    checks,
    hurried,
  }
}
