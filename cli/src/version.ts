export { VERSION } from '@edge-issuer/shared/version'
