export * from '@edge-issuer/cli/processes/process-alive'
