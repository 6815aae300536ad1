import * as fc from 'fast-check'
import { describe, it } from 'vitest'
import { type GeneralName, generalNameToText, ipToText } from '../../../../shared/src/x509/index.ts'
import {
  isSubtreeAllowed,
  type LimitedKind,
  subtreesOfClient,
} from '../../../../signer-worker/src/policy/names/client-subtrees.ts'
import { isNameWithin } from '../../../../signer-worker/src/policy/names/subtree.ts'
import {
  type AllowedRules,
  compileClientPolicy,
} from '../../../../signer-worker/src/policy/rules/client-policy.ts'
import { compilePatterns, matchesAny } from '../../../../signer-worker/src/policy/rules/pattern.ts'
import { cases } from '../../../support/property.ts'

const rules = (kind: LimitedKind, values: readonly string[] | undefined): AllowedRules => {
  const rule = values === undefined ? undefined : { values: [...values] }
  const { allowed } = compileClientPolicy({
    allowed: kind === 'dns' ? { dnsNames: rule } : { ipAddresses: rule },
  })
  if (allowed === undefined) throw new Error('the client has no rules')
  return allowed
}

const domain = (value: string): GeneralName => ({ kind: 'dns', value })

/** Address and mask of `10.0.0.0/8`. */
function range(text: string): GeneralName {
  const [address = '', bits = ''] = text.split('/')
  const octets = address.includes(':') ? ipv6(address) : address.split('.').map(Number)
  const mask = octets.map(
    (_, index) => (0xff00 >> Math.min(8, Math.max(0, Number(bits) - 8 * index))) & 0xff,
  )
  return { kind: 'ip', bytes: Uint8Array.from([...octets, ...mask]) }
}

function ipv6(text: string): number[] {
  const [head = '', tail = ''] = text.split('::')
  const [before, after] = [head, tail].map((part) => (part === '' ? [] : part.split(':')))
  const groups = [
    ...(before ?? []),
    ...Array.from({ length: 8 - (before ?? []).length - (after ?? []).length }, () => '0'),
    ...(after ?? []),
  ]
  return groups.flatMap((group) => {
    const value = Number.parseInt(group, 16)
    return [value >> 8, value & 0xff]
  })
}

describe('a DNS subtree', () => {
  it.for([
    ['a.example', ['*'], true],
    ['', ['*'], true],
    ['', ['*.*'], false],
    ['', ['*.example'], false],
    // The domain itself is in its subtree, unless a dot is in front.
    ['a.example', ['*.example'], true],
    ['a.example', ['*.a.example'], false],
    ['.a.example', ['*.a.example'], true],
    ['a.example', ['a.example'], false],
    ['a.example', ['a.example', '*.a.example'], true],
    ['.a.example', ['a.example'], false],
    ['a.example', ['*a.example'], true],
    ['a.example', ['*.A.Example', 'A.example'], true],
    ['A.Example', ['a.example', '*.a.example'], true],
    ['b.a.example', ['*.a.example'], true],
    ['.b.a.example', ['*.a.example'], true],
    ['example', ['*.example'], false],
    ['.example', ['*.example'], true],
    ['.example', ['*.a.example'], false],
    ['a.example', ['*.*.example'], false],
    ['b.a.example', ['*.*.example'], true],
    // Two patterns do not add up to more than each allows.
    ['a.example', ['x*', 'a.example'], false],
    ['a.example', ['web-*.a.example', 'a.example'], false],
    ['a.example', ['*.a.exampl*', 'a.*'], true],
    ['a.example', ['*a.example.evil'], false],
    ['ba.example', ['*.a.example'], false],
    ['a.example', [], false],
    ['a.example', undefined, false],
  ] as const)('%s under %j: %s', ([base, values, expected], { expect }) => {
    expect(isSubtreeAllowed(domain(base), rules('dns', values))).toBe(expected)
  })
})

describe('a range of addresses', () => {
  it.for([
    ['0.0.0.0/0', ['*'], true],
    ['0.0.0.0/0', ['*.*'], false],
    ['0.0.0.0/0', ['10.*'], false],
    ['10.0.0.0/8', ['10.*'], true],
    ['10.0.0.0/8', ['10.*.*.*'], false],
    ['10.0.0.0/8', ['1*'], true],
    ['10.0.0.0/8', ['10.1.*'], false],
    ['11.0.0.0/8', ['10.*'], false],
    ['110.0.0.0/8', ['10.*'], false],
    ['10.0.0.0/7', ['10.*'], false],
    ['10.0.0.0/7', ['10.*', '11.*'], true],
    ['10.0.0.0/9', ['10.*'], true],
    ['10.0.0.0/9', ['10.0.*'], false],
    ['10.128.0.0/9', ['10.1*', '10.2*'], true],
    ['10.1.0.0/16', ['10.1.*'], true],
    ['10.1.0.0/16', ['10.1*'], true],
    ['10.2.0.0/16', ['10.1.*'], false],
    ['10.2.0.0/15', ['10.2.*', '10.3.*'], true],
    ['10.2.0.0/15', ['10.2.*'], false],
    ['10.1.2.0/24', ['10.1.2.*'], true],
    ['10.1.2.0/25', ['10.1.2.*'], true],
    ['10.1.2.0/31', ['10.1.2.0', '10.1.2.1'], true],
    ['10.1.2.0/30', ['10.1.2.0', '10.1.2.1'], false],
    ['10.1.2.3/32', ['10.1.2.3'], true],
    ['10.1.2.3/32', ['10.1.2.4'], false],
    ['10.1.2.3/32', ['10.*'], true],
    // Bits below the mask do not count.
    ['10.9.9.9/8', ['10.*'], true],
    ['10.1.2.255/24', ['10.1.2.*'], true],
    // Of IPv6, whose texts are shortened, whole addresses and everything.
    ['2001:db8::1/128', ['2001:db8::1'], true],
    ['2001:db8::1/128', ['2001:db8:*'], true],
    ['2001:db8::1/128', ['2001:db8::2'], false],
    ['2001:db8::/32', ['2001:db8:*'], false],
    ['2001:db8::/32', ['*'], true],
    ['::/0', ['*'], true],
    ['::/0', ['*:*'], false],
    ['10.0.0.0/8', [], false],
    ['10.0.0.0/8', undefined, false],
  ] as const)('%s under %j: %s', ([base, values, expected], { expect }) => {
    expect(isSubtreeAllowed(range(base), rules('ip', values))).toBe(expected)
  })

  it('is not allowed by rules for names of another kind', ({ expect }) => {
    expect(isSubtreeAllowed(range('10.0.0.0/8'), rules('dns', ['*']))).toBe(false)
    expect(isSubtreeAllowed({ kind: 'uri', value: 'a' }, rules('dns', ['*']))).toBe(false)
    expect(isSubtreeAllowed({ kind: 'email', value: 'a' }, rules('dns', ['*']))).toBe(false)
  })
})

describe('the subtrees of a client', () => {
  it.for([
    ['dns', ['*'], ['DNS:']],
    ['dns', ['*.a.example'], ['DNS:.a.example']],
    ['dns', ['*.a.example', 'a.example'], ['DNS:a.example']],
    ['dns', ['*.A.Example', '*.b'], ['DNS:.a.example', 'DNS:.b']],
    ['dns', ['*a.example'], []],
    ['dns', ['a.example'], []],
    ['dns', ['*.*.example'], []],
    ['dns', ['web-*.example'], []],
    ['dns', ['*.a..b', '*.a b', '*.ü', '*.', '*.10'], []],
    ['ip', ['*'], ['IP:0.0.0.0/0.0.0.0', 'IP:::/::']],
    ['ip', ['10.*'], ['IP:10.0.0.0/255.0.0.0']],
    ['ip', ['10.1.*', '10.2.3.*'], ['IP:10.1.0.0/255.255.0.0', 'IP:10.2.3.0/255.255.255.0']],
    ['ip', ['10.1.2.3'], ['IP:10.1.2.3/255.255.255.255']],
    ['ip', ['10.1*', '10.*.1', '300.*', '010.*', '10.0.0.256', '10.1.2.3.*'], []],
    ['ip', ['2001:db8:*', '2001:db8::1'], []],
  ] as const)('%s %j: %j', ([kind, values, expected], { expect }) => {
    const found = subtreesOfClient(kind, rules(kind, values))
    expect(found.map(generalNameToText)).toEqual(expected)
  })
})

describe('for any rules', () => {
  const label = fc.constantFrom('a', 'b', 'ab')
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
  const pattern = fc
    .array(fc.constantFrom('a', 'b', 'ab', '*', '*.', '.'), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join(''))
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 })

  it('every name of an allowed DNS subtree is allowed itself', () => {
    const base = fc.oneof(
      name,
      name.map((text) => `.${text}`),
      fc.constant(''),
    )
    fc.assert(
      fc.property(patterns, base, fc.array(name, { maxLength: 20 }), (values, value, prefixes) => {
        if (!isSubtreeAllowed(domain(value), rules('dns', values))) return true
        const candidates = prefixes.flatMap((text) => [value, `${text}.${value}`, text + value])
        return candidates
          .filter((text) => isNameWithin(domain(text), domain(value)))
          .every((text) => matchesAny(compilePatterns(values), text))
      }),
      cases(3000),
    )
  })

  const octet = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(1, 10, 11, 100))
  const address = fc.array(octet, { minLength: 4, maxLength: 4 })
  const addressPattern = fc
    .tuple(address, fc.integer({ min: 0, max: 14 }))
    .map(([octets, length]) => `${octets.join('.').slice(0, length)}*`)

  it('every address of an allowed range is allowed itself', () => {
    fc.assert(
      fc.property(
        fc.array(addressPattern, { minLength: 1, maxLength: 3 }),
        fc.tuple(address, fc.integer({ min: 0, max: 32 })),
        fc.array(address, { minLength: 20, maxLength: 20 }),
        (values, [start, bits], others) => {
          const base = range(`${start.join('.')}/${String(bits)}`)
          if (base.kind !== 'ip' || !isSubtreeAllowed(base, rules('ip', values))) return true
          const mask = base.bytes.subarray(4)
          const inside = others.map((other) =>
            Uint8Array.from(other, (value, at) => {
              const fixed = mask[at] ?? 0
              return ((start[at] ?? 0) & fixed) | (value & ~fixed & 0xff)
            }),
          )
          return inside.every((octets) => matchesAny(compilePatterns(values), ipToText(octets)))
        },
      ),
      cases(3000),
    )
  })

  it('what is added for a client is what it may request', () => {
    fc.assert(
      fc.property(patterns, (values) => {
        const allowed = rules('dns', values)
        return subtreesOfClient('dns', allowed).every((base) => isSubtreeAllowed(base, allowed))
      }),
      cases(2000),
    )
  })
})
