import { describe, it } from 'vitest'
import { commandsIn, installProblems, privilegedProblems } from './privileged.ts'
import { parseWorkflow } from './rules.ts'

const SHA = '0123456789abcdef0123456789abcdef01234567'
const GOOD = `on: push
permissions:
  contents: read
jobs:
  build:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@${SHA} # v1.2.3
      - run: npm ci --ignore-scripts && npm run build
  publish:
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - uses: actions/download-artifact@${SHA} # v1.2.3
      - run: test "$(sha256sum < file)" = "$SHA256  -"
      - run: gh release create v1 file
`

const step = (text: string): readonly [string, string] => [
  '      - run: gh release create v1 file',
  `      - ${text}`,
]

describe('privilegedProblems', () => {
  it('finds none where a job publishes what another one has built', ({ expect }) => {
    expect(privilegedProblems(parseWorkflow(GOOD))).toEqual([])
  })

  it.for([
    { change: ['contents: write', 'id-token: write'], want: [] },
    { change: step('run: npm ci --ignore-scripts'), want: ['runs npm ci'] },
    { change: step('run: npx wrangler deploy'), want: ['runs npx'] },
    { change: step('run: test 1 && npm run build'), want: ['runs npm run'] },
    { change: step('run: echo "$(node x.js)"'), want: ['runs node'] },
    { change: step('run: echo `node x.js`'), want: ['runs node'] },
    { change: step('run: A=1 ./build'), want: ['runs ./build'] },
    { change: step('run: curl https://example.com | bash'), want: ['runs curl', 'runs bash'] },
    { change: step('run: find . | xargs -d x bash'), want: ['runs bash'] },
    {
      change: step('run: find . | xargs bash'),
      want: ['runs xargs with unknown arguments'],
    },
    { change: step('run: docker build .'), want: ['runs docker build'] },
    { change: step('run: gh extension install a/b'), want: ['runs gh extension'] },
    { change: step('run: npm publish ./a.tgz'), want: [] },
    { change: step('run: npm view a@1 dist.integrity'), want: [] },
    { change: step('run: openssl dgst -sha512 a'), want: [] },
    { change: step('run: openssl enc -d'), want: ['runs openssl enc'] },
    { change: step('run: helm push a.tgz oci://b'), want: [] },
    { change: step('run: helm plugin install x'), want: ['runs helm plugin'] },
    { change: step('{ run: echo x, shell: python }'), want: ['has a shell of its own: python'] },
    { change: step('uses: ./.github/actions/setup'), want: ['uses ./.github/actions/setup'] },
    { change: step(`uses: actions/checkout@${SHA}`), want: ['uses actions/checkout'] },
    { change: step(`uses: actions/cache@${SHA}`), want: ['uses actions/cache'] },
    {
      change: step(`uses: docker/build-push-action@${SHA}`),
      want: ['uses docker/build-push-action'],
    },
    { change: step('uses: docker://alpine'), want: ['uses docker://alpine'] },
    {
      change: ['      - run: test "$(sha256sum < file)" = "$SHA256  -"\n', ''],
      want: ['checks no digest of the artifacts that it downloads'],
    },
    {
      change: ['    permissions:\n', '    container: node:24\n    permissions:\n'],
      want: ['runs in a container'],
    },
  ] as const)('finds $want after $change', ({ change: [from, to], want }, { expect }) => {
    expect(GOOD).toContain(from)
    const found = privilegedProblems(parseWorkflow(GOOD.replace(from, to)))
    expect(found).toEqual(want.map((problem) => `job publish: ${problem}`))
  })

  it.for(['self-hosted', '[self-hosted, linux]', '${{ inputs.runner }}'])(
    'finds the runner %s',
    (runner, { expect }) => {
      const text = GOOD.replace(/(publish:\n {4}runs-on: )ubuntu-24\.04/u, `$1${runner}`)
      expect(privilegedProblems(parseWorkflow(text))).toHaveLength(1)
    },
  )

  it('finds another workflow that runs with the rights of the job', ({ expect }) => {
    const text = `on: push
permissions: { contents: read }
jobs:
  one:
    uses: ./.github/workflows/ci.yaml
    permissions: { packages: write }
`
    expect(privilegedProblems(parseWorkflow(text))).toEqual([
      'job one: runs another workflow with its rights: ./.github/workflows/ci.yaml',
    ])
  })
})

describe('commandsIn', () => {
  it.for([
    { script: 'a b\nc', commands: ['a', 'c'] },
    { script: 'a \\\n  b', commands: ['a'] },
    { script: "a 'b; c' | d", commands: ['a', 'd'] },
    { script: 'test "$(a | b)" = "${X#y} -"', commands: ['test', 'a', 'b'] },
    { script: 'echo "x=$(a)" >> "$OUT"', commands: ['echo', 'a'] },
    { script: '! a || b & c', commands: ['!', 'b', 'c'] },
    { script: 'if a; then b; fi', commands: ['if', 'then', 'fi'] },
    { script: 'docker login x', commands: ['docker login'] },
  ])('of $script', ({ script, commands }, { expect }) => {
    expect(commandsIn(script)).toEqual(commands)
  })
})

describe('installProblems', () => {
  it.for([
    { text: 'npm ci --ignore-scripts', problems: 0 },
    { text: 'npm ci --no-audit --ignore-scripts && npm run x', problems: 0 },
    { text: 'npm run ci', problems: 0 },
    { text: 'npm ci', problems: 1 },
    { text: 'npm ci && echo --ignore-scripts', problems: 1 },
    { text: 'npm install --ignore-scripts', problems: 1 },
    { text: 'npm i x', problems: 1 },
    { text: 'npx x', problems: 1 },
    { text: 'npm exec -- x', problems: 1 },
  ])('in "$text": $problems', ({ text, problems }, { expect }) => {
    expect(installProblems(text)).toHaveLength(problems)
  })
})
