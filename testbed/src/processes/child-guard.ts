export * from '@edge-issuer/cli/processes/child-guard'
