import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
import { API_ERROR_KINDS, type ApiError } from '../../../relay/src/kube/api-error.ts'
import { UnwrittenStatuses } from '../../../relay/src/report/unwritten-statuses.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { RecordingLog } from '../queue/recording-log.ts'
import { anEventRecorder } from '../reconcile/support.ts'

const OWNER = { resource: CERTIFICATE_REQUEST, key: 'default/web-1', uid: 'u' }

function aScene() {
  const { events, ...recorder } = anEventRecorder()
  const log = new RecordingLog()
  const counted: string[] = []
  const unwritten = new UnwrittenStatuses({
    events: recorder,
    log,
    failed: (kind, reason) => counted.push(`${kind} ${reason}`),
  })
  const fail = (error: Partial<ApiError>, update = CERTIFICATE_REQUESTS.issued()): void =>
    unwritten.failed(OWNER, { kind: 'unavailable', message: 'no', ...error }, update)
  return { unwritten, fail, events, log, counted }
}

describe('UnwrittenStatuses', () => {
  it('logs and counts a failure, and emits an Event with what the object should say', ({
    expect,
  }) => {
    const { fail, events, log, counted } = aScene()
    fail({ kind: 'invalid', status: 413, message: 'Request entity too large: limit is 3145728' })
    expect(counted).toEqual(['CertificateRequest invalid'])
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'status not written',
        fields: {
          kind: 'CertificateRequest',
          key: 'default/web-1',
          error: 'Request entity too large: limit is 3145728',
          status: 413,
          reason: 'Issued',
          cause: 'Succeeded signing the CertificateRequest',
        },
      },
    ])
    expect(events).toEqual([
      {
        regarding: {
          apiVersion: 'cert-manager.io/v1',
          kind: 'CertificateRequest',
          namespace: 'default',
          name: 'web-1',
          uid: 'u',
        },
        type: 'Warning',
        reason: 'StatusNotWritten',
        action: 'SyncFailed',
        note: 'Status not written: Request entity too large: limit is 3145728. It should say Issued: Succeeded signing the CertificateRequest',
      },
    ])
  })

  it.for(API_ERROR_KINDS)('%s: counts each failure, reports it once', (kind, { expect }) => {
    const { fail, events, log, counted } = aScene()
    for (let i = 0; i < 5; i += 1) fail({ kind })
    expect(counted).toHaveLength(5)
    expect(events).toHaveLength(1)
    expect(log.lines.map(({ level }) => level)).toEqual(['warn'])
  })

  it.for([
    { name: 'another error', first: { message: 'a' }, second: { message: 'b' }, want: 2 },
    {
      name: 'the same error from another port',
      first: { message: 'read tcp 10.0.0.1:1->10.0.0.2:443: i/o timeout' },
      second: { message: 'read tcp 10.0.0.1:2->10.0.0.2:443: i/o timeout' },
      want: 1,
    },
  ])('reports $name $want times', ({ first, second, want }, { expect }) => {
    const { fail, events, log } = aScene()
    fail(first)
    fail(second)
    expect([events.length, log.lines.length]).toEqual([want, want])
  })

  it('reports another update that cannot be written either', ({ expect }) => {
    const { fail, events } = aScene()
    fail({}, CERTIFICATE_REQUESTS.retried('no route'))
    fail({}, CERTIFICATE_REQUESTS.issued())
    expect(events.map(({ note }) => note)).toEqual([
      'Status not written: no. It should say Pending: Failed to sign CertificateRequest, will retry: no route',
      'Status not written: no. It should say Issued: Succeeded signing the CertificateRequest',
    ])
  })

  it.for(['conflict', 'not-found'] as const)(
    '%s is reported only when it persists',
    (kind, { expect }) => {
      const { unwritten, fail, events, log, counted } = aScene()
      fail({ kind })
      fail({ kind })
      expect(unwritten.settled('u')).toBe(false)
      fail({ kind })
      fail({ kind })
      expect(counted).toHaveLength(4)
      expect([events.length, log.lines.length]).toEqual([0, 0])
      fail({ kind })
      expect([events.length, log.lines.length]).toEqual([1, 1])
    },
  )

  it('is silent while the namespace is being deleted', ({ expect }) => {
    const { fail, events, log, counted } = aScene()
    fail({ kind: 'forbidden', status: 403, isNamespaceTerminating: true })
    expect([events.length, counted.length]).toEqual([0, 0])
    expect(log.lines).toMatchObject([{ level: 'debug' }])
  })

  it('says once that a reported failure has ended, and then reports the next one', ({ expect }) => {
    const { unwritten, fail, events } = aScene()
    fail({})
    expect([unwritten.settled('other'), unwritten.settled('u'), unwritten.settled('u')]).toEqual([
      false,
      true,
      false,
    ])
    fail({})
    expect(events).toHaveLength(2)
  })

  it('fits both texts into an Event', ({ expect }) => {
    const { fail, events } = aScene()
    fail({ message: 'x'.repeat(1_024) }, CERTIFICATE_REQUESTS.retried('ü'.repeat(1_024)))
    const [{ note } = { note: '' }] = events
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_024)
    expect(note).toContain('It should say Pending: Failed to sign')
  })
})
