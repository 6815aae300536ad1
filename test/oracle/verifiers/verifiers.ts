/**
 * All verifiers, in the order of {@link VERIFIER_NAMES}.
 * @module
 */
import { curlVerifier } from './curl.ts'
import { goVerifier } from './go.ts'
import { javaVerifier } from './java.ts'
import { nodeVerifier } from './node.ts'
import { opensslVerifier } from './openssl.ts'
import { pythonVerifier } from './python.ts'
import type { Verifier } from './verifier.ts'

export const VERIFIERS: readonly Verifier[] = [
  opensslVerifier,
  curlVerifier,
  nodeVerifier,
  pythonVerifier,
  goVerifier,
  javaVerifier,
]
