import { describe, it } from 'vitest'
import { npmScriptsIn, pinProblems, workflowProblems } from './rules.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'

describe('pinProblems', () => {
  it.for([
    { uses: `a/b@${SHA} # v1.2.3`, problems: [] },
    { uses: `a/b/path@${SHA} # v1.2.3`, problems: [] },
    { uses: './.github/actions/setup', problems: [] },
    { uses: './.github/workflows/ci.yaml', problems: [] },
    { uses: 'a/b@v1', problems: ['a/b@v1 is not pinned by a commit'] },
    { uses: 'a/b@main # v1.2.3', problems: ['a/b@main is not pinned by a commit'] },
    { uses: 'a/b', problems: ['a/b@ is not pinned by a commit'] },
    {
      uses: `a/b@${SHA.slice(1)} # v1.2.3`,
      problems: [`a/b@${SHA.slice(1)} is not pinned by a commit`],
    },
    { uses: `a/b@${SHA}`, problems: ['a/b: no comment says its version'] },
    { uses: `a/b@${SHA} # v1`, problems: ['a/b: no comment says its version'] },
    { uses: `a/b@${SHA} # latest`, problems: ['a/b: no comment says its version'] },
    { uses: 'docker://alpine:3', problems: ['docker://alpine:3@ is not pinned by a commit'] },
  ])('of uses: $uses', ({ uses, problems }, { expect }) => {
    expect(pinProblems(`jobs:\n  one:\n    steps:\n      - uses: ${uses}\n`)).toEqual(problems)
    expect(pinProblems(`jobs:\n  one:\n    uses: ${uses}\n`)).toEqual(problems)
    expect(pinProblems(`runs:\n  steps:\n    - uses: ${uses}\n`)).toEqual(problems)
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

describe('workflowProblems', () => {
  it('finds none in a good workflow', ({ expect }) => {
    expect(workflowProblems(GOOD)).toEqual([])
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
    expect(workflowProblems(GOOD.replace(from, to))).toEqual([want])
  })
})

describe('npmScriptsIn', () => {
  it('finds every script', ({ expect }) => {
    const text = 'npm ci && npm run check\nx=$(npm run --silent kind:up -- --name a)\nnpm test'
    expect(npmScriptsIn(text)).toEqual(['check', 'kind:up'])
  })
})
