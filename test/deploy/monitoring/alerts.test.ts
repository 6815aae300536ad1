/**
 * The alerts of the chart, on what relays tell.
 *
 * @module
 */
import { beforeAll, describe, it } from 'vitest'
import { stringify } from 'yaml'
import { render } from '../cluster/helm.ts'
import { objectsIn } from '../cluster/objects.ts'
import { FAULTS } from './faults.ts'
import { unknownNames } from './names.ts'
import {
  type Firing,
  evaluateAlerts,
  checkExpressions,
  type MetricLabels,
  readMetrics,
} from './query-checker.ts'
import {
  healthy,
  many,
  type Scene,
  scrapeReplicas,
  START_SECONDS,
  STEP_SECONDS,
} from './replicas.ts'
import { renderGroups, type RuleGroups } from './rule-groups.ts'

let spec: RuleGroups
let metrics: MetricLabels

beforeAll(async () => {
  spec = await renderGroups()
  const [leader] = await scrapeReplicas(1, () => ({ ...healthy(0), results: EVERY_RESULT }))
  metrics = await readMetrics(leader?.scrapes[0] ?? '')
})

/** Else Prometheus has it as exported_namespace. */
const KEPT = { honorLabels: true }

const EVERY_RESULT = ['issued', 'pending', 'retry', 'failed', 'issuer'] as const

/** What fires while minutes pass. */
const firings = async (
  minutes: number,
  scene: (minute: number) => Scene,
): Promise<readonly Firing[]> =>
  evaluateAlerts({
    rules: stringify(spec),
    startSeconds: START_SECONDS,
    stepSeconds: STEP_SECONDS,
    targets: await scrapeReplicas(minutes, scene),
  })

it('every alert asks for what the relay tells', async ({ expect }) => {
  const expressions = spec.groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
  expect(expressions).toHaveLength(8)
  const checks = await checkExpressions(expressions)
  expect(checks.flatMap((check) => unknownNames(check, metrics))).toEqual([])
})

it('the monitors keep the namespace that an issuer has', async ({ expect }) => {
  const prometheus = {
    serviceMonitor: { enabled: true },
    podMonitor: { enabled: true, tokenSecret: { name: 'scrape' } },
  }
  const specs = objectsIn(await render({ prometheus })).filter(({ kind }) =>
    kind.endsWith('Monitor'),
  )
  expect(specs.map((one) => one['spec'])).toEqual([
    expect.objectContaining({ podMetricsEndpoints: [expect.objectContaining(KEPT)] }),
    expect.objectContaining({ endpoints: [expect.objectContaining(KEPT)] }),
  ])
})

it('every annotation speaks of labels that its alert has', ({ expect }) => {
  const rules = spec.groups.flatMap((group) => group.rules)
  const spoken = rules.map(({ expr, annotations }) => ({
    kept: (/by \((?<labels>[^)]+)\)/u.exec(expr)?.groups?.['labels'] ?? '').split(', '),
    used: [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(?<label>\w+)/gu),
    ].map(({ groups }) => groups?.['label']),
  }))
  expect(spoken.flatMap(({ used }) => used).length).toBeGreaterThan(8)
  for (const { kept, used } of spoken) expect(kept).toEqual(expect.arrayContaining(used))
})

/** After so many minutes something goes wrong, and later it recovers. */
const BROKEN_AT = 15
const RECOVERED_AT = 85
const END = 100

describe.for(FAULTS)('$alert: $what', (fault) => {
  it('fires in its time, alone and once, and ends when it recovers', async ({ expect }) => {
    const found = await firings(END, (minute) => ({
      ...healthy(minute),
      ...(minute >= BROKEN_AT && minute < RECOVERED_AT ? fault.scene(minute) : {}),
    }))
    expect(found.map(({ name }) => name)).toEqual([fault.alert])
    const [{ labels, annotations, fromStep, toStep } = missing()] = found
    const slack = fault.slackMinutes ?? 0
    const earliest = BROKEN_AT + fault.afterMinutes
    expect(fromStep).toBeGreaterThanOrEqual(earliest)
    expect(fromStep).toBeLessThanOrEqual(earliest + slack)
    expect(toStep).toBeGreaterThanOrEqual(RECOVERED_AT - 1)
    expect(toStep).toBeLessThanOrEqual(RECOVERED_AT - 1 + slack)
    expect(labels['severity']).toBe(fault.severity)
    expect(annotations['summary']).toMatch(fault.summary)
    expect(annotations['description']).not.toBe('')
  })
})

const missing = (): never => {
  throw new Error('nothing fired')
}

describe('nothing fires', () => {
  it.for<{ what: string; scene: (minute: number) => Partial<Scene> }>([
    { what: 'all is well', scene: () => ({}) },
    { what: 'nothing is asked for', scene: () => ({ results: [], phases: [] }) },
    {
      what: 'a relay hands over, and is gone for some minutes',
      scene: (minute) =>
        minute < 30
          ? {}
          : { leader: minute < 33 ? undefined : 1, up: [minute < 30 || minute > 40, true] },
    },
    {
      what: 'an issuer is checked late',
      scene: (minute) => ({ notReady: minute % 12 < 9 ? ['Issuer'] : [] }),
    },
    { what: 'a CA has more than 180 days', scene: () => ({ caDays: 180.2 }) },
    {
      what: 'requests wait for some minutes, again and again',
      scene: (minute) => ({ phases: minute % 16 < 14 ? ['pending', 'waiting for approval'] : [] }),
    },
    {
      what: 'one request fails in a quiet hour, after another one long before',
      scene: (minute) => ({ results: minute === 10 || minute === 60 ? ['failed'] : [] }),
    },
    {
      what: 'one attempt in ten fails',
      scene: () => ({ results: ['retry', ...many('issued' as const, 9)] }),
    },
  ])('while $what', async ({ scene }, { expect }) => {
    const found = await firings(END, (minute) => ({ ...healthy(minute), ...scene(minute) }))
    expect(found).toEqual([])
  })
})

describe('a renewal that is refused permanently', () => {
  /** Hours at which cert-manager tries again: after 1, 2, 4 and 8 hours. */
  const TRIES = new Set([2, 3, 5, 9, 17])
  const DAY = 24 * 60

  it('is reported within a minute, and once in 24 hours', async ({ expect }) => {
    const found = await firings(DAY, (minute) => ({
      ...healthy(minute),
      renewals: TRIES.has(minute / 60) ? ['failed'] : minute % 30 === 1 ? ['issued'] : [],
    }))
    expect(found.map(({ name, fromStep, toStep }) => ({ name, fromStep, toStep }))).toEqual([
      { name: 'EdgeIssuerRenewalRefused', fromStep: 2 * 60, toStep: DAY - 1 },
    ])
    expect(found[0]?.annotations['summary']).toMatch(
      /^\d CertificateRequests for renewals were refused permanently within a day$/u,
    )
  })

  it('is not reported when it succeeds at a later attempt of the same request', async ({
    expect,
  }) => {
    const found = await firings(DAY, (minute) => ({
      ...healthy(minute),
      renewals: minute % 60 === 5 ? ['retry', 'pending', 'issued'] : [],
    }))
    expect(found).toEqual([])
  })
})

it('the first ten certificates of a relay are counted as ten', async ({ expect }) => {
  const rule = {
    alert: 'Ten',
    expr: 'sum(increase(edge_issuer_sign_requests_total{result="issued"}[10m])) > 9.5',
    annotations: { summary: '{{ printf "%.0f" $value }}' },
  }
  const found = await evaluateAlerts({
    rules: stringify({ groups: [{ name: 'test', rules: [rule] }] }),
    startSeconds: START_SECONDS,
    stepSeconds: STEP_SECONDS,
    targets: await scrapeReplicas(12, (minute) => ({
      ...healthy(minute),
      results: minute === 5 ? many('issued' as const, 10) : [],
    })),
  })
  // Extrapolated to the whole window.
  expect(found.map(({ annotations }) => annotations['summary'])).toEqual([
    expect.stringMatching(/^1[012]$/u),
  ])
})

describe('the end of a CA', () => {
  it('is critical in its last 30 days, and then both say so', async ({ expect }) => {
    const found = await firings(70, (minute) => ({ ...healthy(minute), caDays: 29 }))
    expect(found.map(({ name, labels }) => [name, labels['severity']])).toEqual([
      ['EdgeIssuerCaExpires', 'critical'],
      ['EdgeIssuerCaExpires', 'warning'],
    ])
  })

  it('is reported if the values enable it', async ({ expect }) => {
    const { groups } = await renderGroups({ caExpiry: { warningDays: 400, criticalDays: 7 } })
    const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr))
    expect(expressions.filter((text) => text.endsWith('< 400 * 24 * 3600'))).toHaveLength(1)
    expect(expressions.filter((text) => text.endsWith('< 7 * 24 * 3600'))).toHaveLength(1)
  })

  it('of the worker, which tells it under the same name, is not for the relay to tell', async ({
    expect,
  }) => {
    const scrapes = many(
      'edge_issuer_ca_not_after_timestamp_seconds{issuer="default",state="retiring"} 1767225601\n',
      70,
    )
    const found = await evaluateAlerts({
      rules: stringify(spec),
      startSeconds: START_SECONDS,
      stepSeconds: STEP_SECONDS,
      targets: [
        ...(await scrapeReplicas(70, healthy)),
        { labels: { job: 'worker', instance: 'w' }, scrapes },
      ],
    })
    expect(found).toEqual([])
  })
})

it('another release, in another namespace, does not lead for this one', async ({ expect }) => {
  const targets = await scrapeReplicas(20, healthy)
  const elsewhere = targets.map(({ labels, scrapes }) => ({
    labels: { ...labels, namespace: 'elsewhere' },
    scrapes,
  }))
  const found = await evaluateAlerts({
    rules: stringify(spec),
    startSeconds: START_SECONDS,
    stepSeconds: STEP_SECONDS,
    targets: elsewhere,
  })
  expect(found.map(({ name }) => name)).toEqual(['EdgeIssuerNoLeader'])
})
