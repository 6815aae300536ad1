import { it } from 'vitest'
import { ApprovalWatch } from '../../../relay/src/reconcile/approval-watch.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../../relay/src/requests/certificate-signing-request.ts'
import { aRequest, aSigningRequest, CREATED_MS } from '../../support/kube-objects.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder } from './support.ts'

const KEY = 'default/web-1'
const REQUEST = aRequest({ status: { conditions: [] } })

const aWatch = () => {
  const events = anEventRecorder()
  const log = new RecordingLog()
  const time = { nowMs: CREATED_MS }
  const watch = new ApprovalWatch(CERTIFICATE_REQUESTS, {
    events,
    log,
    clock: { now: () => time.nowMs },
  })
  return { watch, events, log, time }
}

it('waits half a minute, then reports once', { tags: ['AC-2'] }, ({ expect }) => {
  const { watch, events, log, time } = aWatch()
  expect(watch.check(KEY, REQUEST)).toEqual({ kind: 'requeue-after', afterMs: 30_000 })
  time.nowMs += 29_999
  expect(watch.check(KEY, REQUEST)).toEqual({ kind: 'requeue-after', afterMs: 1 })
  expect(events.events).toEqual([])
  for (let looks = 0; looks < 3; looks += 1) {
    time.nowMs += 1
    expect(watch.check(KEY, REQUEST)).toEqual({ kind: 'done' })
  }
  expect(events.events).toMatchObject([
    {
      reason: 'WaitingForApproval',
      regarding: { kind: 'CertificateRequest', namespace: 'default', name: 'web-1' },
    },
  ])
  expect(log.lines).toMatchObject([{ level: 'warn', fields: { key: KEY } }])
})

it('reports each request, and again one that was recreated', ({ expect }) => {
  const { watch, events, time } = aWatch()
  time.nowMs += 30_000
  watch.check(KEY, REQUEST)
  watch.check(KEY, aRequest({ metadata: { uid: 'another' } }))
  expect(events.events).toHaveLength(2)
  watch.forget(REQUEST.metadata.uid)
  watch.check(KEY, REQUEST)
  expect(events.events).toHaveLength(3)
})

it('reports a request without a namespace with its own message', ({ expect }) => {
  const events = anEventRecorder()
  const watch = new ApprovalWatch(CERTIFICATE_SIGNING_REQUESTS, {
    events,
    log: new RecordingLog(),
    clock: { now: () => CREATED_MS + 30_000 },
  })
  watch.check('web', aSigningRequest({ status: { conditions: [] } }))
  expect(events.events).toMatchObject([
    {
      reason: 'WaitingForApproval',
      regarding: {
        apiVersion: 'certificates.k8s.io/v1',
        kind: 'CertificateSigningRequest',
        name: 'web',
      },
      note: expect.stringContaining('kubectl certificate approve web'),
    },
  ])
})
