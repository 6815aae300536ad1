/**
 * Names in the documents are names of the code: metrics, condition and Event reasons, refusal codes,
 * configuration members, fields, files.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { parse } from 'yaml'
import { statusReportSchema } from '../../cli/src/status/report.ts'
import { relayMetricFacts, workerMetricFacts } from '../../docs/tools/metric-tables.ts'
import { workerMembers } from '../../docs/tools/worker-configuration.ts'
import { EVENT_REASON, ISSUER_REASON, REQUEST_REASON } from '../../relay/src/api/reasons.ts'
import { codeSpansOf, readDocuments, ROOT } from './support/markdown.ts'
import { readMessages } from './support/messages.ts'

/** Without those for contributors, which have names of benchmarks, of tests and of the code. */
const documents = (await readDocuments()).filter(
  ({ path }) => !/^(?:bench|test|testbed|relay)\//.test(path),
)
const spans = documents.flatMap(codeSpansOf)
/** Without pages about other projects, which have names of those. */
const ownSpans = spans.filter(({ place }) => !/^docs\/(?:coming-from|recipes)\//.test(place))
const messages = await readMessages()

describe('metrics', async () => {
  const known = new Set(
    [...(await relayMetricFacts()), ...(await workerMetricFacts())].map(({ name }) => name),
  )
  const named = spans.flatMap(({ text, place }) =>
    [
      ...text.matchAll(
        /\b(?:edge_issuer|workqueue|controller_runtime|rest_client|leader_election)_\w+/g,
      ),
    ].map(([name]) => ({ name, place })),
  )

  it('are named', ({ expect }) => {
    expect(named.length).toBeGreaterThan(30)
  })

  it('are those that relay and worker export', ({ expect }) => {
    expect(named.filter(({ name }) => !known.has(name))).toEqual([])
  })
})

describe('reasons', () => {
  const all = [REQUEST_REASON, ISSUER_REASON, EVENT_REASON].flatMap((reasons) =>
    Object.values<string>(reasons),
  )

  it.for([...new Set(all)])('%s is somewhere in the documents', (reason, { expect }) => {
    expect(spans.some(({ text }) => text === reason)).toBe(true)
  })

  it('behind the words "reason" and "Event" there is no other', ({ expect }) => {
    const texts = documents.map(({ lines }) => lines.join(' ')).join(' ')
    const named = [...texts.matchAll(/(?:[Rr]eason|Event) `([A-Z]\w+)`/g)].map(
      ([, name = '']) => name,
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !all.includes(name))).toEqual([])
  })
})

/** Names of Prometheus. */
const PROMETHEUS_NAMES: ReadonlySet<string> = new Set([
  'honor_labels',
  'exported_namespace',
  'runbook_url',
])

it('a name with underscores is a code or a label of the sources', ({ expect }) => {
  const named = ownSpans.filter(({ text }) => /^[a-z]+(?:_[a-z]+)+$/.test(text))
  const unknown = named.filter(
    ({ text }) =>
      !messages.canProduce(text) &&
      !PROMETHEUS_NAMES.has(text) &&
      !/^(?:edge_issuer|workqueue|controller_runtime|rest_client|leader_election)_/.test(text),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(unknown).toEqual([])
})

const CHARTS = ['edge-issuer', 'edge-issuer-signer']
const valuesOfCharts = await Promise.all(
  CHARTS.map(async (name) => readFile(join(ROOT, 'deploy/helm', name, 'values.yaml'), 'utf8')),
)
const chartValues = valuesOfCharts.flatMap((text) => pathsIn(parse(text)))

/** Paths of everything in a value: `metrics`, `metrics.port`. */
function pathsIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) =>
    [name].concat(pathsIn(inner).map((path) => `${name}.${path}`)),
  )
}

it('a value of a chart is one of its values', ({ expect }) => {
  const sections = new Set(chartValues.map((path) => path.split('.', 1)[0]))
  const named = spans
    .map(({ text, place }) => ({ text: text.replace(/[=:].*$/u, ''), place }))
    .filter(
      ({ text }) => /^[a-z]\w*(?:\.\w+)+$/iu.test(text) && sections.has(text.split('.', 1)[0]),
    )
    // Files: tls.crt.
    .filter(({ text }) => !/\.(?:crt|key)$/u.test(text))
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ text }) => !chartValues.includes(text))).toEqual([])
})

/** Members of what others define, which the text speaks of. */
const FOREIGN_MEMBERS: ReadonlySet<string> = new Set([
  'insecureSkipVerify',
  'resourceNames',
  'issuerRef',
  'enableGatewayAPI',
  'matchNames',
  'renewBefore',
  'volumeMounts',
])

it('a name in camel case is a member of a configuration, of a report, or of the sources', ({
  expect,
}) => {
  const members = new Set(
    [...workerMembers(), ...chartValues].flatMap((path) => path.split(/[.[\]]+/)),
  )
  const named = ownSpans.filter(({ text }) => /^[a-z]+(?:[A-Z][a-z0-9]*)+$/.test(text))
  expect(named.length).toBeGreaterThan(20)
  expect(
    named.filter(
      ({ text }) => !members.has(text) && !messages.canProduce(text) && !FOREIGN_MEMBERS.has(text),
    ),
  ).toEqual([])
})

it('a path of the repository is there', ({ expect }) => {
  const named = spans.filter(
    ({ text }) =>
      /^(?:relay|signer-worker|shared|cli|crds|docs|test|bench|deploy\/(?:rbac|samples))\/[\w./-]*$/.test(
        text,
      ) && !text.includes('NAME'),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ text }) => !existsSync(join(ROOT, text)))).toEqual([])
})

describe('the document of `edge-issuer status --json`', () => {
  const { shape } = statusReportSchema
  const operations = documents.find(({ path }) => path === 'docs/operations.md')
  const rows = operations?.lines.filter((line) => line.startsWith('| `')) ?? []
  const documented = rows.join('\n')

  it.for([
    ...Object.keys(shape),
    ...Object.keys(shape.relay.shape),
    ...Object.keys(shape.issuers.unwrap().element.shape),
    ...Object.keys(shape.requests.shape.open.unwrap().element.shape),
  ])('has %s', (member, { expect }) => {
    expect(documented).toMatch(new RegExp(`[\`.]${member}(?:\\[\\])?[\`.]`))
  })
})
