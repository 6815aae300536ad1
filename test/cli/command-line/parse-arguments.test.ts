import { describe, it } from 'vitest'
import { commandHelp } from '../../../cli/src/command-line/help.ts'
import {
  defaulted,
  operand,
  optional,
  repeated,
  required,
  toggle,
} from '../../../cli/src/command-line/parameters.ts'
import { parseArguments } from '../../../cli/src/command-line/parse-arguments.ts'
import { choice, count, DURATION, text } from '../../../cli/src/command-line/value-types.ts'

const table = {
  target: operand(text('TARGET'), 'what it is about'),
  url: required(text('URL'), 'where it is'),
  lifetime: defaulted(DURATION, '90d', 'how long'),
  caFile: optional(text('FILE'), 'roots'),
  permitDns: repeated(text('DOMAIN'), 'names'),
  issuer: repeated(text('NAME'), 'issuers', 'default'),
  keyType: defaulted(choice('TYPE', ['p256', 'rsa2048']), 'p256', 'kind of key'),
  depth: defaulted(count(8), '0', 'levels'),
  isCa: toggle('a CA'),
}

/** The values of `args`, or all errors. */
const parse = (line: string | readonly string[]): unknown => {
  const result = parseArguments(table, typeof line === 'string' ? line.split(/\s+/) : line)
  return result.ok ? result.value : result.error
}

describe('a command line', () => {
  it('that gives only what is required gets the defaults', ({ expect }) => {
    expect(parse('x --url https://a')).toEqual({
      target: 'x',
      url: 'https://a',
      lifetime: 90 * 86_400,
      caFile: undefined,
      permitDns: [],
      issuer: ['default'],
      keyType: 'p256',
      depth: 0,
      isCa: false,
    })
  })

  it('may hold flags in any order, with = or without, around the operand', ({ expect }) => {
    expect(
      parse(`--is-ca --permit-dns=b --url=u x --permit-dns a --ca-file - --lifetime 1h
             --issuer one --issuer two --key-type rsa2048 --depth 8`),
    ).toEqual({
      target: 'x',
      url: 'u',
      lifetime: 3600,
      caFile: '-',
      permitDns: ['b', 'a'],
      issuer: ['one', 'two'],
      keyType: 'rsa2048',
      depth: 8,
      isCa: true,
    })
  })

  it('takes what follows -- as operands', ({ expect }) => {
    expect(parse('--url u -- --is-ca')).toMatchObject({ target: '--is-ca', isCa: false })
  })

  it('reports every error at once', ({ expect }) => {
    expect(parse('--key-type p25 --depth 9 --lifetime 1')).toEqual([
      'TARGET: a value is required',
      '--url: a value is required',
      '--lifetime: invalid duration "1"; expected a duration such as 2160h, 90d, 1h30m or 10y',
      '--key-type: unknown value "p25"; did you mean "p256"?',
      '--depth: invalid number "9"; expected a whole number from 0 to 8',
    ])
  })

  it.for([
    [['--urll', 'u'], '--urll: unknown flag; did you mean --url?'],
    [['--nonsense'], '--nonsense: unknown flag'],
    [['-u', 'u'], '-u: unknown flag; did you mean --url?'],
    [['--url'], '--url: the value URL is missing'],
    [
      ['--url', '--is-ca'],
      '--url: the value URL is missing before "--is-ca"; write --url=--is-ca if that is the value',
    ],
    [['--is-ca=yes', '--url=u'], '--is-ca: the flag takes no value'],
    [['--url=u', '--url=v'], '--url: the flag is given 2 times; give it once'],
    [['--url='], '--url: the value is empty'],
    [['--url=u', 'y'], 'unexpected argument "y"'],
  ] as const)('%j is refused', ([args, message], { expect }) => {
    expect(parse(['x', ...args])).toContain(message)
  })

  it('with an unknown flag is not blamed for the value after it', ({ expect }) => {
    expect(parse('x --url=u --permit-dn a')).toEqual([
      '--permit-dn: unknown flag; did you mean --permit-dns?',
    ])
  })
})

describe('help', () => {
  const help = commandHelp(
    { path: 'do it', summary: 'does it' },
    {
      description: '\nIt is done.',
      parameters: table,
      examples: ['edge-issuer do it x --url u'],
      exits: ['done', 'usage'],
    },
  )

  it('names every parameter, from the table that parsing uses', ({ expect }) => {
    expect(help).toBe(`edge-issuer do it: does it

Usage: edge-issuer do it TARGET --url URL [flags]

It is done.

Operands:
  TARGET  what it is about

Flags:
  --url URL            where it is (required)
  --lifetime DURATION  how long (default: 90d)
  --ca-file FILE       roots
  --permit-dns DOMAIN  names (repeatable)
  --issuer NAME        issuers (repeatable; default: default)
  --key-type TYPE      kind of key (default: p256)
  --depth N            levels (default: 0)
  --is-ca              a CA
  --help, -h           print this help

Exit codes:
  0  done
  2  invalid command line

Examples:
  edge-issuer do it x --url u
`)
  })
})

describe('-o json', () => {
  const withJson = { json: toggle('as JSON'), out: optional(text('FILE'), 'file') }
  const read = (words: readonly string[]): unknown => {
    const result = parseArguments(withJson, words)
    return result.ok ? result.value : result.error
  }

  it.for([
    [['--json']],
    [['-o', 'json']],
    [['-ojson']],
    [['-o=json']],
    [['--output', 'json']],
    [['--output=json']],
  ])('%j is --json', ([words = []], { expect }) => {
    expect(read(words)).toEqual({ json: true, out: undefined })
  })

  it.for([
    [['-o', 'yaml'], '-o: unknown output format "yaml"; the only format is json'],
    [['--output', 'wide'], '--output: unknown output format "wide"; the only format is json'],
    [['-o'], '-o: unknown output format ""; the only format is json'],
  ] as const)('%j is refused', ([words, message], { expect }) => {
    expect(read(words)).toEqual([message])
  })

  it('is no flag of a command without --json', ({ expect }) => {
    expect(parse(['x', '--url', 'u', '-o', 'json'])).toEqual([
      expect.stringContaining('-o: unknown flag'),
    ])
  })

  it('is in the help', ({ expect }) => {
    const line = { path: 'do', summary: 'does' }
    const exits = [] as const
    const help = commandHelp(line, { description: '', parameters: withJson, examples: [], exits })
    expect(help).toContain('--json, -o json')
  })
})

describe('-f', () => {
  const withFile = { file: optional(text('FILE'), 'a file') }
  const values = (line: string): unknown => {
    const result = parseArguments(withFile, line.split(' '))
    return result.ok ? result.value : result.error
  }

  it.for(['-f x', '-f=x', '-fx', '--file x', '--file=x'])('%s', (line, { expect }) => {
    expect(values(line)).toEqual({ file: 'x' })
  })

  it('may be standard input', ({ expect }) => {
    expect(values('-f -')).toEqual({ file: '-' })
  })

  it('needs a value', ({ expect }) => {
    expect(values('-f')).toEqual(['--file: the value FILE is missing'])
  })

  it('is unknown to a command without --file', ({ expect }) => {
    expect(parse('x --url u -f y')).toEqual(['-f: unknown flag'])
  })
})
