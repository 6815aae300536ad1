import { describe, it } from 'vitest'
import { sha256Of } from '../../support/health-answer.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { OLD_ROOT, CA, SEEN, reconcile } from './checked-issuer.ts'
import { CONFLICT } from './support.ts'

describe('the trusted roots of an issuer', () => {
  it('reports which trusted roots came and went in an Event of its own', async ({ expect }) => {
    const gone = 'c'.repeat(64)
    const roots = [SEEN.roots[0], { ...SEEN.roots[0], sha256: gone }]
    const issuer = anIssuer({ status: { ...SEEN, conditions: [], roots } })
    const { events } = await reconcile({ issuer })
    expect(events.slice(1)).toMatchObject([
      {
        type: 'Normal',
        reason: 'TrustedRootsChanged',
        note: expect.stringContaining(`Added: ${sha256Of(OLD_ROOT)}. Removed: ${gone}.`),
      },
    ])
  })

  it.for([
    { name: 'on the first check', status: {} },
    { name: 'after an older relay', status: { ca: CA, authorities: SEEN.authorities } },
    { name: 'when only their order changes', status: { ...SEEN, roots: SEEN.roots.toReversed() } },
    {
      name: 'when the status could not be written',
      status: { ...SEEN, roots: [] },
      errors: [CONFLICT],
    },
  ])('reports no change of roots $name', async ({ status, errors = [] }, { expect }) => {
    const issuer = anIssuer({ status: { conditions: [], ...status } })
    const { events } = await reconcile({ issuer, errors })
    expect(events.map(({ reason }) => reason)).not.toContain('TrustedRootsChanged')
  })

  it('is not Ready when the health answer is not consistent, and keeps what was seen', async ({
    expect,
  }) => {
    const issuer = anIssuer({ status: SEEN })
    const health = { bundle: OLD_ROOT.pem }
    const { outcome, writes, events } = await reconcile({ issuer, health })
    expect(outcome).toMatchObject({ kind: 'retry' })
    expect(writes).toMatchObject([
      {
        status: {
          conditions: [
            {
              status: 'False',
              reason: 'Pending',
              message: expect.stringContaining('the chain does not end at a root of the bundle'),
            },
          ],
          ...SEEN,
        },
      },
    ])
    expect(events.map(({ reason }) => reason)).toEqual(['RetryableError'])
  })
})
