/**
 * Loaded into a relay process before the relay (`node --import`): while the file that
 * `EDGE_ISSUER_TEST_THROWS` names exists, code of the relay throws on objects with certain names, as a
 * library's constructor does on a value that no check found.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import type { CertificateRequest } from '../../../relay/src/api/certificate-request.ts'
import type { Issuer } from '../../../relay/src/api/issuer.ts'
import type { RequestDecision } from '../../../relay/src/core/request-decision.ts'
import { CERTIFICATE_REQUESTS } from '../../../relay/src/requests/certificate-request.ts'
import { Connections } from '../../../relay/src/signer/connections.ts'

/** Throws if `name` begins with `prefix` and the file exists. */
function mayThrow(name: string, prefix: string): void {
  if (name.startsWith(prefix) && existsSync(process.env['EDGE_ISSUER_TEST_THROWS'] ?? '')) {
    throw new TypeError(`Invalid URL: thrown on purpose, by ${name}`)
  }
}

class ThrowingConnections extends Connections {
  override async connect(
    ...args: Parameters<Connections['connect']>
  ): ReturnType<Connections['connect']> {
    const [issuer, freshness] = args
    mayThrow(issuer.metadata.name, freshness === 'live' ? 'throws-check' : 'throws-sign')
    return CONNECT.apply(this, args)
  }
}

// oxlint-disable-next-line typescript/unbound-method -- called with a `this` above
const CONNECT = Connections.prototype.connect
// oxlint-disable-next-line typescript/unbound-method -- becomes a method again
Connections.prototype.connect = ThrowingConnections.prototype.connect

const decide = CERTIFICATE_REQUESTS.decide.bind(CERTIFICATE_REQUESTS)
Object.assign(CERTIFICATE_REQUESTS, {
  decide: (request: CertificateRequest, issuer: Issuer | undefined): RequestDecision => {
    mayThrow(request.metadata.name, 'throws-decide')
    return decide(request, issuer)
  },
})
