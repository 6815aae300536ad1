import { describe, it } from 'vitest'
import { objectKey, refOfKey } from '../../../relay/src/kube/object-ref.ts'

describe('objectKey', () => {
  it.for([
    [{ namespace: 'team-a', name: 'web' }, 'team-a/web'],
    [{ name: 'ca' }, 'ca'],
  ] as const)('and refOfKey are inverse for %o', ([ref, key], { expect }) => {
    expect(objectKey(ref)).toBe(key)
    expect(refOfKey(key)).toEqual(ref)
  })
})
