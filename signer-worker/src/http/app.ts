/**
 * The worker as an HTTP application: middleware and routes, in order. Every request, also one that throws,
 * gets a response of the protocol and one log line; only probes get neither.
 *
 * @module
 */
import {
  ADMIN_AUDIT_PATH,
  ADMIN_CERTIFICATES_PATH,
  ADMIN_CLIENTS_PATH,
  ADMIN_EXPORT_PATH,
  ADMIN_METRICS_PATH,
  ADMIN_REFUSALS_PATH,
  adminCertificatePath,
  adminClientPath,
  adminClientQuarantinePath,
  certificatesPath,
  clientJwksPath,
  issuerPath,
  METRICS_PATH,
} from '@edge-issuer/shared'
import { Hono } from 'hono/tiny'
import type { Settings } from '../config/settings.ts'
import { ClientCache } from '../directory/client-cache.ts'
import type { OpenClientSource, OpenDiscoverySource } from '../directory/client.ts'
import { TokenKeyFinder } from '../directory/token-key-finder.ts'
import type { OpenLedger } from '../ledger/client.ts'
import { authenticate, authenticateAdmin, authenticateEither } from './auth/authenticate.ts'
import { type AppEnv, addLogFields } from './context.ts'
import type { WriteLog } from './log.ts'
import { onlyMethod, onlySpokenProtocol } from './middleware/checks.ts'
import { answerProbe } from './middleware/probe.ts'
import { requestLog } from './middleware/request-log.ts'
import { requireConfig } from './middleware/require-config.ts'
import { requireGenesis } from './middleware/require-genesis.ts'
import { pathUnderPublicUrl } from './request-target.ts'
import { refuse } from './respond.ts'
import { listAudit } from './routes/admin/audit.ts'
import { showCertificate } from './routes/admin/certificate.ts'
import { exportCertificates, listCertificates } from './routes/admin/certificates.ts'
import { listClients, oneClient } from './routes/admin/clients.ts'
import { metrics } from './routes/admin/metrics.ts'
import { quarantine } from './routes/admin/quarantine.ts'
import { listRefusals } from './routes/admin/refusals.ts'
import { health } from './routes/health.ts'
import { scrapeMetrics } from './routes/metrics.ts'
import { pushJwks } from './routes/push-jwks.ts'
import { sign } from './routes/sign.ts'

/** Dependencies of the application. */
export interface AppDependencies {
  readonly loadSettings: (env: Env) => Settings
  readonly openLedger: OpenLedger
  readonly openClientSource: OpenClientSource
  readonly openDiscoverySource: OpenDiscoverySource
  readonly writeLog: WriteLog
  /** The clock, epoch ms. */
  readonly nowMs: () => number
}

/** Builds the application. Its state is what an isolate may forget. */
export function createApp(dependencies: AppDependencies): Hono<AppEnv> {
  const { loadSettings, nowMs } = dependencies
  const app = new Hono<AppEnv>({
    getPath: ({ url }, options) =>
      options?.env === undefined ? '/' : pathUnderPublicUrl(url, loadSettings(options.env)),
  })

  app.use(answerProbe(loadSettings))
  app.use(requestLog(dependencies))
  app.use(requireConfig(dependencies))
  app.use(requireGenesis())

  // Authentication comes first: an unsigned request learns nothing about paths and issuers.
  const clients = new ClientCache(dependencies.openClientSource, nowMs)
  const tokenKeys = new TokenKeyFinder({ clients, open: dependencies.openDiscoverySource, nowMs })
  const client = authenticate({ clients, tokenKeys, nowMs })
  const either = authenticateEither({ clients, tokenKeys, nowMs })
  const reader = authenticateAdmin(nowMs, () => 'read')
  const admin = authenticateAdmin(nowMs, () => 'admin')
  const writer = authenticateAdmin(nowMs, (method) => (method === 'GET' ? 'read' : 'admin'))
  // Before the protocol's own headers are checked: Prometheus sends none of them.
  app.all(METRICS_PATH, scrapeMetrics(nowMs))
  app.use(onlySpokenProtocol)
  app.all(certificatesPath(':issuer'), client, onlyMethod('POST'), sign(dependencies))
  app.all(issuerPath(':issuer'), either, onlyMethod('GET'), health(nowMs))
  app.all(clientJwksPath(':client'), client, onlyMethod('POST'), pushJwks)
  app.all(ADMIN_CERTIFICATES_PATH, reader, onlyMethod('GET'), listCertificates)
  app.all(adminCertificatePath(':serialNumber'), reader, onlyMethod('GET'), showCertificate)
  app.all(ADMIN_METRICS_PATH, reader, onlyMethod('GET'), metrics)
  app.all(ADMIN_EXPORT_PATH, admin, onlyMethod('GET'), exportCertificates)
  app.all(ADMIN_REFUSALS_PATH, admin, onlyMethod('GET'), listRefusals)
  app.all(ADMIN_CLIENTS_PATH, reader, onlyMethod('GET'), listClients)
  app.all(adminClientPath(':name'), writer, onlyMethod('GET', 'PUT', 'DELETE'), oneClient)
  app.all(adminClientQuarantinePath(':name'), admin, onlyMethod('POST'), quarantine)
  app.all(ADMIN_AUDIT_PATH, admin, onlyMethod('GET'), listAudit)
  app.all('*', client, (c) =>
    refuse(c, { code: 'path_unknown', detail: 'the worker has no such path' }),
  )
  app.onError((error, c) => {
    addLogFields(c, { reason: error.stack ?? error.message })
    const detail = 'the worker failed; its log has the reason under the request id'
    return refuse(c, { code: 'internal_error', detail })
  })
  return app
}
