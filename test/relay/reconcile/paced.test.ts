import { it } from 'vitest'
import type { ReconcileOutcome } from '../../../relay/src/reconcile/controller.ts'
import { paced } from '../../../relay/src/reconcile/paced.ts'

it.for<readonly [ReconcileOutcome, ReconcileOutcome]>([
  [{ kind: 'done' }, { kind: 'done' }],
  [
    { kind: 'requeue-after', afterMs: 10 },
    { kind: 'requeue-after', afterMs: 500 },
  ],
  [
    { kind: 'requeue-after', afterMs: 900 },
    { kind: 'requeue-after', afterMs: 900 },
  ],
  [
    { kind: 'retry', message: 'x' },
    { kind: 'retry', message: 'x', minimumMs: 500 },
  ],
  [
    { kind: 'retry', message: 'x', minimumMs: 900 },
    { kind: 'retry', message: 'x', minimumMs: 900 },
  ],
])('%o comes again as %o', ([outcome, want], { expect }) => {
  expect(paced(outcome, 500)).toEqual(want)
})
