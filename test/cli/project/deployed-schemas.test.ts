import { SCHEMA_VERSIONS } from '@edge-issuer/signer-worker/schema-versions'
import { describe, it } from 'vitest'
import { newerSchemas } from '../../../cli/src/project/deployed-schemas.ts'

const sample = (name: string, version: number): string =>
  `# TYPE edge_issuer_schema_version gauge\nedge_issuer_schema_version{class="${name}"} ${String(version)}\n`

describe('the tables of a deployed worker', () => {
  it.for([
    ['are older', sample('Ledger', SCHEMA_VERSIONS.Ledger - 1)],
    ['are the same', sample('Ledger', SCHEMA_VERSIONS.Ledger)],
    ['are not reported', 'edge_issuer_ledger_up{issuer="default"} 1\n'],
  ] as const)('may be replaced when they %s', ([, metrics], { expect }) => {
    expect(newerSchemas(metrics)).toEqual([])
  })

  it.for([
    ['Ledger', SCHEMA_VERSIONS.Ledger + 1],
    ['Directory', SCHEMA_VERSIONS.Directory + 1],
    ['Later', 1],
  ] as const)('must not when those of %s are newer', ([name, version], { expect }) => {
    expect(newerSchemas(sample(name, version))).toEqual([
      expect.stringContaining(`schema version ${String(version)} for ${name}`),
    ])
  })
})
