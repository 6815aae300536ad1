export * from '@edge-issuer/cli/processes/file-lock'
