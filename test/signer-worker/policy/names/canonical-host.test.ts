import { describe, it } from 'vitest'
import {
  canonicalHost,
  readsAsNumber,
} from '../../../../signer-worker/src/policy/names/host-text.ts'

describe('the host that a URL parser writes', () => {
  it.for([
    ['A.Example', 'a.example'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['[::FFFF:10.0.0.1]', '[::ffff:a00:1]'],
    ['0x7f.1', '127.0.0.1'],
    ['', undefined],
    ['1.2.3.4.5', undefined],
    // What would end the host, or be another one.
    ['a.example/b', undefined],
    ['a.example?b', undefined],
    ['a.example#b', undefined],
    ['a.example\\b', undefined],
    ['a.example:80', undefined],
    ['b@a.example', undefined],
    ['a%2eexample', undefined],
    ['a\n.example', undefined],
    ['a .example', undefined],
    [' a.example', undefined],
    ['[::1', undefined],
    ['[::1]a', undefined],
    ['[1]', undefined],
    ['a／b', undefined],
    ['a＠b', undefined],
  ] as const)('of %j is %s', ([text, expected], { expect }) => {
    expect(canonicalHost(text)).toBe(expected)
  })
})

describe('what URL parsers take for a number', () => {
  it.for([
    ['1', true],
    ['a.1', true],
    ['a.01', true],
    ['a.0x', true],
    ['a.0xFf', true],
    ['a.0xg', false],
    ['1.a', false],
    ['a1', false],
    ['a.1b', false],
    ['x0', false],
  ] as const)('"%s": %s', ([text, expected], { expect }) => {
    expect(readsAsNumber(text)).toBe(expected)
  })
})
