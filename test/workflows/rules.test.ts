import { describe, it } from 'vitest'
import { npmScriptsIn, pinFaults, workflowFaults } from './rules.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'

describe('pinFaults', () => {
  it.for([
    { uses: `a/b@${SHA} # v1.2.3`, faults: [] },
    { uses: `a/b/path@${SHA} # v1.2.3`, faults: [] },
    { uses: './.github/actions/setup', faults: [] },
    { uses: './.github/workflows/ci.yaml', faults: [] },
    { uses: 'a/b@v1', faults: ['a/b@v1 is not pinned by a commit'] },
    { uses: 'a/b@main # v1.2.3', faults: ['a/b@main is not pinned by a commit'] },
    { uses: 'a/b', faults: ['a/b@ is not pinned by a commit'] },
    {
      uses: `a/b@${SHA.slice(1)} # v1.2.3`,
      faults: [`a/b@${SHA.slice(1)} is not pinned by a commit`],
    },
    { uses: `a/b@${SHA}`, faults: ['a/b: no comment says its version'] },
    { uses: `a/b@${SHA} # v1`, faults: ['a/b: no comment says its version'] },
    { uses: `a/b@${SHA} # latest`, faults: ['a/b: no comment says its version'] },
    { uses: 'docker://alpine:3', faults: ['docker://alpine:3@ is not pinned by a commit'] },
  ])('of uses: $uses', ({ uses, faults }, { expect }) => {
    expect(pinFaults(`jobs:\n  one:\n    steps:\n      - uses: ${uses}\n`)).toEqual(faults)
    expect(pinFaults(`jobs:\n  one:\n    uses: ${uses}\n`)).toEqual(faults)
    expect(pinFaults(`runs:\n  steps:\n    - uses: ${uses}\n`)).toEqual(faults)
  })
})

const GOOD = `on:
  push:
permissions:
  contents: read
jobs:
  one:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@${SHA} # v1.2.3
        with:
          persist-credentials: false
      - run: echo "$NAME"
        env:
          NAME: \${{ github.ref_name }}
`

const NO_LEAST = 'permissions at the top are not contents: read alone'
const TOKEN = 'job one: a checkout leaves the token behind (persist-credentials: false)'

describe('workflowFaults', () => {
  it('finds none in a good workflow', ({ expect }) => {
    expect(workflowFaults(GOOD)).toEqual([])
  })

  it.for([
    { change: 'no permissions', from: 'permissions:\n  contents: read\n', to: '', want: NO_LEAST },
    {
      change: 'every permission',
      from: 'permissions:\n  contents: read\n',
      to: 'permissions: write-all\n',
      want: NO_LEAST,
    },
    {
      change: 'one more at the top',
      from: 'contents: read\n',
      to: 'contents: read\n  packages: write\n',
      want: NO_LEAST,
    },
    { change: 'one that writes', from: 'contents: read', to: 'contents: write', want: NO_LEAST },
    {
      change: 'the event that has secrets',
      from: 'push:',
      to: 'pull_request_target:',
      want: 'pull_request_target is not to be used',
    },
    { change: 'no timeout', from: '    timeout-minutes: 5\n', to: '', want: 'job one: no timeout' },
    {
      change: 'a token that stays',
      from: 'credentials: false',
      to: 'credentials: true',
      want: TOKEN,
    },
    {
      change: 'a token that stays by default',
      from: '        with:\n          persist-credentials: false\n',
      to: '',
      want: TOKEN,
    },
    {
      change: 'an expression in a script',
      from: 'echo "$NAME"',
      to: 'echo ${{ github.ref_name }}',
      want: 'an expression in a script, not in its env: echo ${{ github.ref_name }}',
    },
  ])('finds $change', ({ from, to, want }, { expect }) => {
    expect(GOOD).toContain(from)
    expect(workflowFaults(GOOD.replace(from, to))).toEqual([want])
  })
})

describe('npmScriptsIn', () => {
  it('finds every script', ({ expect }) => {
    const text = 'npm ci && npm run check\nx=$(npm run --silent kind:up -- --name a)\nnpm test'
    expect(npmScriptsIn(text)).toEqual(['check', 'kind:up'])
  })
})
