export * from './config.ts'
export { type ConfigFault, formatConfigFault } from './fault.ts'
export { loadConfig, parseConfig, type ReadSecret } from './parse.ts'
export { configSchema } from './schema.ts'
