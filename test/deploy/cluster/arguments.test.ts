import { it } from 'vitest'
import { kustomize } from '../../../deploy/tools/pinned-kustomize.ts'
import { readConfig } from '../../../relay/src/config.ts'
import { render } from './helm.ts'
import { objectsIn, relayContainerIn } from './objects.ts'
import { VALUE_SETS } from './value-sets.ts'

it.for(VALUE_SETS)(
  'the relay takes the arguments of the chart, with $name',
  async ({ values }, { expect }) => {
    const { args } = relayContainerIn(objectsIn(await render(values)))
    expect(readConfig(args, {})).toMatchObject({ ok: true })
  },
)

it.for(['base', 'overlays/namespaced'])(
  'the relay takes the arguments of %s',
  async (kustomization, { expect }) => {
    const { args } = relayContainerIn(objectsIn(await kustomize(kustomization)))
    expect(readConfig(args, {})).toMatchObject({ ok: true })
  },
)
