export { compileKeys, type TokenKeys } from './token-keys.ts'
export { type TokenError, verifyToken } from './verify-token.ts'
