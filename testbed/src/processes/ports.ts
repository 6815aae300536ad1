export * from '@edge-issuer/cli/processes/ports'
