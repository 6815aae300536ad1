export { type PublicKey, readPublicKey, readPublicKeyJwk } from './client-key.ts'
export { checkClients } from './clients.ts'
export * from './config.ts'
export { type ConfigError, errorAt, formatConfigError, schemaErrors } from './config-error.ts'
export { loadConfig, parseConfig, type ReadSecret } from './parse.ts'
export {
  type ClientEntry,
  clientEntrySchema,
  DEFAULT_CERTIFICATES_PER_MINUTE,
  type IdentityEntry,
} from './client-entry.ts'
export { type Jwks, jwksSchema } from './jwks.ts'
export { type ConfigFile, configSchema } from './schema.ts'
export { patternSchema } from '../policy/rules/client-rules.ts'
export { compilePatterns, matchesAny } from '../policy/rules/pattern.ts'
export { profileSchema } from '../policy/rules/profile.ts'
export { includesUsage, USAGES } from '@edge-issuer/shared'
export { profileAllowsUsage } from '../policy/usages/usage-rules.ts'
