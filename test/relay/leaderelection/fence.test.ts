import { err } from '@edge-issuer/shared'
import { describe, it } from 'vitest'
import { CERTIFICATE_REQUEST } from '../../../relay/src/api/group.ts'
import type { Kube } from '../../../relay/src/kube/ports.ts'
import { fencedKube, fencedReconciler } from '../../../relay/src/leaderelection/fence.ts'
import { FORBIDDEN } from '../reconcile/support.ts'

const SIGNAL = new AbortController().signal
const REF = { namespace: 'ns', name: 'x' }
const SERIES = { count: 2, lastObservedTime: '2026-01-01T00:00:00.000000Z' }

/** @returns A connection that says which calls reached it. */
function recordingKube(): { readonly kube: Kube; readonly sent: readonly string[] } {
  const sent: string[] = []
  const forbidden =
    (name: string) => async (): Promise<ReturnType<typeof err<typeof FORBIDDEN>>> => {
      sent.push(name)
      return Promise.resolve(err(FORBIDDEN))
    }
  const kube: Kube = {
    getObject: forbidden('getObject'),
    applyStatus: forbidden('applyStatus'),
    readSecret: forbidden('readSecret'),
    createEvent: forbidden('createEvent'),
    updateEventSeries: forbidden('updateEventSeries'),
    getLease: forbidden('getLease'),
    createLease: forbidden('createLease'),
    updateLease: forbidden('updateLease'),
    reviewToken: forbidden('reviewToken'),
    reviewAccess: forbidden('reviewAccess'),
    requestToken: forbidden('requestToken'),
    whoAmI: forbidden('whoAmI'),
    readTokenKeys: forbidden('readTokenKeys'),
    listWatch: () => ({ list: async function* () {}, watch: async function* () {} }),
    close: async () => Promise.resolve(),
  }
  return { kube, sent }
}

const WRITES = ['applyStatus', 'createEvent', 'updateEventSeries'] as const

async function write(kube: Kube, call: (typeof WRITES)[number]): Promise<unknown> {
  switch (call) {
    case 'applyStatus': {
      const resource = CERTIFICATE_REQUEST
      return kube.applyStatus({ resource, ref: REF, resourceVersion: '1', status: {} }, SIGNAL)
    }
    case 'createEvent':
      return kube.createEvent(
        {
          metadata: REF,
          eventTime: SERIES.lastObservedTime,
          reportingController: 'edge-issuer.dev/relay',
          reportingInstance: 'x',
          type: 'Normal',
          reason: 'Issued',
          action: 'Sign',
          note: '',
          regarding: { apiVersion: 'v1', kind: 'Secret', name: 'x', uid: '1' },
        },
        SIGNAL,
      )
    case 'updateEventSeries':
      return kube.updateEventSeries(REF, SERIES, SIGNAL)
  }
}

describe('a replica that does not lead', () => {
  it.for(WRITES)('sends no %s, and one that leads does', async (call, { expect }) => {
    let isLeading = false
    const { kube, sent } = recordingKube()
    const fenced = fencedKube(kube, () => isLeading)
    expect(await write(fenced, call)).toMatchObject({
      ok: false,
      error: { kind: 'unavailable', message: 'this replica no longer leads' },
    })
    expect(sent).toEqual([])
    isLeading = true
    expect(await write(fenced, call)).toEqual(err(FORBIDDEN))
    expect(sent).toEqual([call])
  })

  it('still reads, and still renews its lease', async ({ expect }) => {
    const { kube, sent } = recordingKube()
    const fenced = fencedKube(kube, () => false)
    await fenced.readSecret(REF, SIGNAL)
    await fenced.getLease(REF, SIGNAL)
    expect(sent).toEqual(['readSecret', 'getLease'])
  })

  it('begins no reconcile, and one that leads does', async ({ expect }) => {
    let isLeading = false
    const begun: string[] = []
    const reconciler = fencedReconciler(
      {
        reconcile: async (key) => {
          begun.push(key)
          return Promise.resolve({ kind: 'done' })
        },
        reportThrow: async () => Promise.resolve(),
      },
      () => isLeading,
    )
    expect(await reconciler.reconcile('a', SIGNAL)).toMatchObject({ kind: 'retry' })
    isLeading = true
    expect(await reconciler.reconcile('b', SIGNAL)).toEqual({ kind: 'done' })
    expect(begun).toEqual(['b'])
  })
})
