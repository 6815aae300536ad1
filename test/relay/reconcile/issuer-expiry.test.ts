import { createHash } from 'node:crypto'
import { err, ok } from '@edge-issuer/shared'
import { createAuthority } from '@edge-issuer/testbed/pki/pki'
import { it } from 'vitest'
import { ISSUER } from '../../../relay/src/api/group.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import { IssuerCooldowns } from '../../../relay/src/reconcile/issuer-cooldowns.ts'
import { IssuerReconciler } from '../../../relay/src/reconcile/issuer-reconciler.ts'
import { Reminders } from '../../../relay/src/reconcile/reminders.ts'
import { aCondition, anIssuer } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import {
  anEventRecorder,
  aSignerClient,
  aStatusWriter,
  newBreakers,
  newUnwritten,
  UNAVAILABLE,
  clockAt,
} from './support.ts'

const DAY_MS = 86_400_000
const NEVER = new AbortController().signal

it('a CA that expires is reported in the condition once, and in Events once a day', async ({
  expect,
}) => {
  const authority = await createAuthority({ commonName: 'CA', lifetimeMs: 1_000 * DAY_MS })
  const { notAfter } = authority.certificate
  const ca = {
    subject: 'CN=CA',
    serialNumber: '01',
    notAfter: notAfter.toISOString(),
    sha256: createHash('sha256').update(Buffer.from(authority.certificate.rawData)).digest('hex'),
  }
  const authorities = [{ state: 'active' as const, ...ca }]
  const status = aStatusWriter()
  const events = anEventRecorder()
  let nowMs = notAfter.getTime() - 100 * DAY_MS
  let issuer: Issuer = anIssuer({ status: { conditions: [] } })
  const reconciler = new IssuerReconciler({
    resource: ISSUER,
    store: { get: () => issuer, countBy: () => 1 },
    connections: {
      connect: async () =>
        Promise.resolve(
          ok(
            aSignerClient({
              health: ok({
                issuer: 'default',
                ca,
                chain: authority.certificatePem,
                authorities,
                bundle: authority.certificatePem,
                profiles: ['default'],
                serverTime: '2026-01-01T00:00:00Z',
                protocolVersion: '1.0',
              }),
            }),
          ),
        ),
    },
    reader: { readDetails: async () => Promise.resolve(err(UNAVAILABLE)) },
    cooldowns: new IssuerCooldowns(),
    breakers: newBreakers(),
    reminders: new Reminders(),
    lifetimes: { longestMs: () => 50 * DAY_MS },
    metrics: { checked: () => undefined },
    statusWriter: status,
    events,
    unwritten: newUnwritten(events),
    log: new RecordingLog(),
    clock: clockAt(() => nowMs),
    checkIntervalMs: 60_000,
    random: () => 0.5,
  })
  const recorded = (): readonly string[] =>
    events.events.map(({ type, reason }) => `${type} ${reason}`)

  nowMs -= 1
  await reconciler.reconcile('default/ca', NEVER)
  expect(recorded()).toEqual(['Normal Checked'])

  nowMs += 1
  await reconciler.reconcile('default/ca', NEVER)
  expect(recorded()).toEqual(['Normal Checked', 'Warning CAExpiring'])
  const note = events.events.at(-1)?.note ?? ''
  expect(note).toContain('CN=CA expires at')
  expect(status.writes.at(-1)).toMatchObject({
    status: { conditions: [{ status: 'True', reason: 'Checked', message: note }], ca },
  })

  const ready = aCondition('Ready', { reason: 'Checked', message: note, observedGeneration: 2 })
  issuer = anIssuer({ status: { ...status.writes.at(-1)?.status, conditions: [ready] } })
  const writes = status.writes.length
  for (let hours = 0; hours < 50; hours += 1) {
    nowMs += DAY_MS / 24
    await reconciler.reconcile('default/ca', NEVER)
  }
  expect(recorded().slice(2)).toEqual(['Warning CAExpiring', 'Warning CAExpiring'])
  expect(events.events.at(-1)?.note).toBe(note)
  expect(status.writes).toHaveLength(writes)
})
