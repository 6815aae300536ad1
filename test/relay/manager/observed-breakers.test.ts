import { describe, it } from 'vitest'
import { observedBreakers } from '../../../relay/src/manager/observed-breakers.ts'
import { createMetrics } from '../../../relay/src/metrics/metrics.ts'
import { breakerScope } from '../../../relay/src/signer/circuit-breaker.ts'
import { anIssuer } from '../../support/kube-objects.ts'
import { FakeClock } from '../queue/fake-clock.ts'
import { RecordingLog } from '../queue/recording-log.ts'

const issuer = anIssuer()

describe('circuit breakers', () => {
  it('log each change once, and are counted as long as an issuer uses them', async ({ expect }) => {
    const log = new RecordingLog()
    const metrics = createMetrics()
    let issuers = [issuer, { ...issuer, metadata: { ...issuer.metadata, name: 'other' } }]
    const none = { values: () => [] }
    const breakers = observedBreakers({
      caches: { issuers: { Issuer: { values: () => issuers }, ClusterIssuer: none } },
      metrics,
      clock: new FakeClock(),
      random: () => 0,
      log,
    })
    const counted = async (): Promise<readonly string[]> =>
      (await metrics.text())
        .split('\n')
        .filter((line) => /^edge_issuer_circuit.*Issuer"/.test(line))
    const scope = breakerScope(issuer)
    expect(await counted()).toEqual([
      'edge_issuer_circuit_breaker_opened_total{issuer_kind="Issuer"} 0',
      'edge_issuer_circuit_breaker_opened_total{issuer_kind="ClusterIssuer"} 0',
      'edge_issuer_circuit_breakers_open{issuer_kind="Issuer"} 0',
      'edge_issuer_circuit_breakers_open{issuer_kind="ClusterIssuer"} 0',
    ])
    for (let calls = 0; calls < 9; calls += 1) breakers.ended(scope, 'call', 'reset')
    expect(await counted()).toEqual([
      'edge_issuer_circuit_breaker_opened_total{issuer_kind="Issuer"} 1',
      'edge_issuer_circuit_breaker_opened_total{issuer_kind="ClusterIssuer"} 0',
      'edge_issuer_circuit_breakers_open{issuer_kind="Issuer"} 1',
      'edge_issuer_circuit_breakers_open{issuer_kind="ClusterIssuer"} 0',
    ])
    issuers = []
    expect(await counted()).toContain('edge_issuer_circuit_breakers_open{issuer_kind="Issuer"} 0')
    breakers.ended(scope, 'probe', undefined)
    expect(log.lines).toEqual([
      {
        level: 'warn',
        message: 'circuit breaker opened',
        fields: { breaker: scope, error: 'reset' },
      },
      { level: 'info', message: 'circuit breaker closed', fields: { breaker: scope } },
    ])
  })
})
