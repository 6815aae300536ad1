import { describe, it } from 'vitest'
import { parseYaml } from '../../../relay/src/kubeconfig/parse-yaml.ts'

describe('parseYaml reads as go-yaml', () => {
  it.for([
    ['nothing', '', null],
    ['JSON', '{"a":[1,"b",null]}', { a: [1, 'b', null] }],
    ['booleans of YAML 1.1', 'a: yes\nb: off\n', { a: true, b: false }],
    ['merge keys', 'a: &a {x: 1}\nb: {<<: *a, z: 2}\n', { a: { x: 1 }, b: { x: 1, z: 2 } }],
    ['the last of duplicate keys', 'a: 1\na: 2\n', { a: 2 }],
    ['the first document', 'a: 1\n---\nb: 2\n', { a: 1 }],
    ['a time as text', 'a: 2026-01-01T00:00:00Z\n', { a: '2026-01-01T00:00:00Z' }],
    ['hours and minutes as text', 'a: 12:30:45\n', { a: '12:30:45' }],
  ] as const)('%s', ([, text, value], { expect }) => {
    expect(parseYaml(text)).toEqual({ ok: true, value })
  })
})

describe('parseYaml refuses, without quoting the text,', () => {
  it.for([
    ['an unclosed map', 'token: {secret\n', /^invalid YAML at line \d+, column \d+ \(\w+\)$/u],
    ['a tab as indentation', 'a:\n\tsecret: b\n', /^invalid YAML at line 2/u],
    ['a stray scalar', '"secret" "secret"\n', /^invalid YAML at line 1/u],
    ['an alias without an anchor', 'a: *secret\n', /^invalid YAML/u],
    [
      'aliases that multiply',
      `a0: &a0 [x]\n${Array.from({ length: 40 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]\n`).join('')}`,
      /^invalid YAML/u,
    ],
    ['a deep nesting', '['.repeat(100_000), /^invalid YAML/u],
  ] as const)('%s', ([, text, wanted], { expect }) => {
    const parsed = parseYaml(text)
    const error = parsed.ok ? '' : parsed.error
    expect(error).toMatch(wanted)
    expect(error).not.toContain('secret')
  })
})
