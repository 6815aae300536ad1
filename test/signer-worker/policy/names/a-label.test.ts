import { describe, it } from 'vitest'
import { isALabel } from '../../../../signer-worker/src/policy/names/a-label.ts'

describe('an A-label', () => {
  it.for([
    ['bücher', 'xn--bcher-kva'],
    ['中国', 'xn--fiqs8s'],
    ['ελλάδα', 'xn--hxakic4aa'],
    ['مثال', 'xn--mgbh0fb'],
    ['faß', 'xn--fa-hia'],
    ['a character outside the first plane', 'xn--ls8h'],
    ['letters of two scripts', 'xn--abc-v68dp18h'],
  ])('is the encoding of %s', ([, label], { expect }) => {
    expect(isALabel(label ?? '')).toBe(true)
  })

  it.for([
    ['empty', 'xn--'],
    ['of a control character', 'xn--a'],
    ['of letters alone', 'xn--abc-'],
    ['cut short', 'xn--0'],
    ['beyond the last code point', 'xn--9999999999999'],
    ['of a name that is written with capitals', 'xn--bcher-kvA'],
    ['of an upper-case letter that lower case stands for', 'xn--Bcher-kva'],
  ])('is not %s', ([, label], { expect }) => {
    expect(isALabel(label ?? '')).toBe(false)
  })
})
