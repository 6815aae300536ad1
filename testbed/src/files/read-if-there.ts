export { readIfThere } from '@edge-issuer/cli/files/read-if-there'
