/**
 * `openssl verify` as a relying party.
 * @module
 */
import { isIP } from 'node:net'
import { openssl, tryOpenssl } from '@edge-issuer/testbed/pki/openssl'
import { toPem } from '@edge-issuer/testbed/pki/x509'
import { inBatches } from './batches.ts'
import { NOT_CHECKED, type Probe, type Refused, type Use, type Verifier } from './verifier.ts'

/** Processes at the same time. */
const BATCH_SIZE = 4

export const opensslVerifier: Verifier = {
  name: 'openssl',
  version: async () => {
    try {
      return (await openssl(['version'])).trim()
    } catch {
      return undefined
    }
  },
  verify: (probes) => inBatches(probes, BATCH_SIZE, verify),
}

async function verify({ presented, use }: Probe): Promise<Refused> {
  const options = optionsFor(use)
  if (options === undefined) return NOT_CHECKED
  const { certificate, intermediates, root } = presented
  const { isOk, stderr } = await tryOpenssl(
    ['verify', '-CAfile', 'root', '-untrusted', 'intermediates', ...options, 'certificate'],
    {
      root: toPem('CERTIFICATE', root),
      intermediates: [root, ...intermediates].map((der) => toPem('CERTIFICATE', der)).join(''),
      certificate: toPem('CERTIFICATE', certificate),
    },
  )
  return isOk ? undefined : stderr.trim()
}

function optionsFor(use: Use): readonly string[] | undefined {
  switch (use.kind) {
    case 'server': {
      const option = isIP(use.host) === 0 ? '-verify_hostname' : '-verify_ip'
      return ['-purpose', 'sslserver', option, use.host]
    }
    case 'client': {
      return ['-purpose', 'sslclient']
    }
    case 'email': {
      return ['-purpose', 'smimesign', '-verify_email', use.address]
    }
    case 'chain': {
      return []
    }
    case 'uri':
    case 'usage': {
      return undefined
    }
  }
}
