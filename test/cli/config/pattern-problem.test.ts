import { describe, it } from 'vitest'
import { type PatternKind, patternProblem } from '../../../cli/src/config/pattern-problem.ts'
import {
  compilePatterns,
  inNamespace,
  matchesAny,
} from '../../../signer-worker/src/policy/rules/pattern.ts'

/** The example in a warning. */
const exampleIn = (problem: string | undefined): string =>
  /such as "(.*)"$/.exec(problem ?? '')?.[1] ?? ''

describe('a pattern that matches elsewhere', () => {
  it.for<[PatternKind, string, string]>([
    ['dns', '*acme.internal', 'evilacme.internal'],
    ['dns', 'web.*', 'web.evil.example'],
    ['dns', '*.acme.*', 'x.acme.evil.example'],
    ['dns', '*-acme.internal', 'evil-acme.internal'],
    ['dns', '*.acme*.internal*', 'x.acmex.internalevil.example'],
    ['commonName', '*acme.internal', 'evilacme.internal'],
    ['commonName', 'web.*', 'web.evil.example'],
    ['email', '*acme.example', 'evilacme.example'],
    ['email', 'a@*', 'a@evil.example'],
    ['uri', 'https://*acme.internal/*', 'https://evilacme.internal/x'],
    ['uri', 'https://acme.*/*', 'https://acme.evil.example/x'],
    ['uri', 'spiffe://acme*', 'spiffe://acme.evil.example/'],
    ['uri', '*://acme.internal/', 'https://evil.example/://acme.internal/'],
    ['ip', '10*', '100.0.1'],
    ['ip', '2001:db8*', '2001:db80.0.1'],
  ])('%s: %s', ([kind, pattern, example], { expect }) => {
    const problem = patternProblem(kind, pattern)
    expect(exampleIn(problem)).toBe(example)
    // The example is true.
    expect(matchesAny(compilePatterns([pattern]), example)).toBe(true)
  })
})

describe('a pattern that matches everything', () => {
  it.for<[PatternKind, string]>([
    ['dns', 'DNS name'],
    ['commonName', 'common name'],
    ['ip', 'IP address'],
    ['uri', 'URI'],
    ['email', 'email address'],
  ])('%s', ([kind, name], { expect }) => {
    expect(patternProblem(kind, '*')).toBe(`"*" matches every ${name}`)
    expect(patternProblem(kind, '**')).toBe(`"**" matches every ${name}`)
  })
})

describe('a pattern that does not separate namespaces', () => {
  it.for([
    ['*{namespace}.acme', 'x-a.acme', 'a'],
    ['{namespace}*.acme', 'a-b.acme', 'a'],
    ['*-{namespace}.acme', 'x-a-b.acme', 'b'],
    ['{namespace}-*.acme', 'a-b-x.acme', 'a'],
  ] as const)('%s', ([pattern, foreign, namespace], { expect }) => {
    expect(patternProblem('dns', pattern)).toContain('does not separate namespaces')
    expect(matchesAny(inNamespace(compilePatterns([pattern]), namespace), foreign)).toBe(true)
  })
})

describe('nothing is wrong with', () => {
  it.for<[PatternKind, string]>([
    ['dns', 'acme.internal'],
    ['dns', '*.acme.internal'],
    ['dns', 'web-*.acme.internal'],
    ['dns', '*.{namespace}.svc.acme.internal'],
    ['dns', '{namespace}.acme.internal'],
    ['commonName', '*.acme.internal'],
    ['commonName', 'Team *'],
    ['email', '*@acme.example'],
    ['email', '*.acme.example'],
    ['uri', 'spiffe://acme/ns/{namespace}/*'],
    ['uri', 'https://acme.internal/*'],
    ['uri', 'https://*.acme.internal/*'],
    ['uri', 'urn:acme:*'],
    ['ip', '10.1.*'],
    ['ip', '2001:db8:*'],
    ['ip', '10.1.2.3'],
  ])('%s: %s', ([kind, pattern], { expect }) => {
    expect(patternProblem(kind, pattern)).toBeUndefined()
  })
})
