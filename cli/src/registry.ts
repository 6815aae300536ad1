import type { Command } from './command-line/define-command.ts'
import type { CommandLine } from './command-line/help.ts'

/** A command by name; its module is loaded when the command runs, to keep the start fast. */
interface CommandEntry extends CommandLine {
  readonly load: () => Promise<Command>
}

/** Every command, in the order in which a new user needs them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    path: 'ca init',
    summary: 'create a root CA and an issuing CA',
    load: async () => (await import('./commands/ca-init.ts')).caInit,
  },
  {
    path: 'ca renew',
    summary: 'create the successor of an issuing CA, under the same root',
    load: async () => (await import('./commands/ca-renew.ts')).caRenew,
  },
  {
    path: 'client create',
    summary: "create a client's key: a Secret for the cluster, a file for clients apply",
    load: async () => (await import('./commands/client-create.ts')).clientCreate,
  },
  {
    path: 'admin create',
    summary: "create an admin's key: a file for that person, an entry for the worker",
    load: async () => (await import('./commands/admin-create.ts')).adminCreate,
  },
  {
    path: 'worker init',
    summary: 'create the project of a worker: its code, configuration and first admin',
    load: async () => (await import('./commands/worker-init.ts')).workerInit,
  },
  {
    path: 'worker check',
    summary: 'check the project of a worker before it is deployed',
    load: async () => (await import('./commands/worker-check.ts')).workerCheck,
  },
  {
    path: 'worker deploy',
    summary: 'check the project of a worker, and deploy it with its wrangler',
    load: async () => (await import('./commands/worker-deploy.ts')).workerDeploy,
  },
  {
    path: 'worker dev',
    summary: 'run the project of a worker on this machine, to try it',
    load: async () => (await import('./commands/worker-dev.ts')).workerDev,
  },
  {
    path: 'worker serve',
    summary: 'run the worker on this machine, without Cloudflare',
    load: async () => (await import('./commands/worker-serve.ts')).workerServe,
  },
  {
    path: 'config init',
    summary: "create the worker's configuration from a CA and its admins",
    load: async () => (await import('./commands/config-init.ts')).configInit,
  },
  {
    path: 'config check',
    summary: "check the worker's configuration, and the private keys of its CAs",
    load: async () => (await import('./commands/config-check.ts')).configCheck,
  },
  {
    path: 'config add',
    summary: "add an admin or an issuer to the worker's configuration",
    load: async () => (await import('./commands/config-add.ts')).configAdd,
  },
  {
    path: 'config rotate',
    summary: 'perform one step of the rotation of an issuing CA',
    load: async () => (await import('./commands/config-rotate.ts')).configRotate,
  },
  {
    path: 'clients add',
    summary: 'register a client at the worker: by its cluster, or by its key',
    load: async () => (await import('./commands/clients-add.ts')).clientsAdd,
  },
  {
    path: 'clients list',
    summary: 'list the clients of the worker',
    load: async () => (await import('./commands/clients-list.ts')).clientsList,
  },
  {
    path: 'clients show',
    summary: 'show one client',
    load: async () => (await import('./commands/clients-show.ts')).clientsShow,
  },
  {
    path: 'clients rules',
    summary: 'replace what a client may request',
    load: async () => (await import('./commands/clients-rules.ts')).clientsRules,
  },
  {
    path: 'clients apply',
    summary: 'make the clients of the worker as a file says, for GitOps',
    load: async () => (await import('./commands/clients-apply.ts')).clientsApply,
  },
  {
    path: 'clients export',
    summary: 'write the file that clients apply reads',
    load: async () => (await import('./commands/clients-export.ts')).clientsExport,
  },
  {
    path: 'clients disable',
    summary: 'refuse the requests of a client within seconds',
    load: async () => (await import('./commands/clients-disable.ts')).clientsDisable,
  },
  {
    path: 'clients enable',
    summary: 'accept the requests of a disabled client again',
    load: async () => (await import('./commands/clients-enable.ts')).clientsEnable,
  },
  {
    path: 'clients quarantine',
    summary: 'refuse the requests of a client from the next one on, or end that',
    load: async () => (await import('./commands/clients-quarantine.ts')).clientsQuarantine,
  },
  {
    path: 'clients remove',
    summary: 'remove a client; its certificates can still be listed',
    load: async () => (await import('./commands/clients-remove.ts')).clientsRemove,
  },
  {
    path: 'issuer manifest',
    summary: 'print the ClusterIssuer or Issuer that goes with a client',
    load: async () => (await import('./commands/issuer-manifest.ts')).issuerManifestCommand,
  },
  {
    path: 'sign',
    summary: 'request a certificate from the worker, as the relay does',
    load: async () => (await import('./commands/sign.ts')).sign,
  },
  {
    path: 'health',
    summary: 'check an issuer of the worker, as the relay does',
    load: async () => (await import('./commands/health.ts')).health,
  },
  {
    path: 'status',
    summary: 'show the state of relay, issuers and requests in a cluster',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    path: 'certificates list',
    summary: 'list the certificates that the worker has issued',
    load: async () => (await import('./commands/certificates-list.ts')).certificatesList,
  },
  {
    path: 'certificates show',
    summary: 'show one issued certificate, or print its chain',
    load: async () => (await import('./commands/certificates-show.ts')).certificatesShow,
  },
  {
    path: 'certificates export',
    summary: 'export every record with its evidence, one per line',
    load: async () => (await import('./commands/certificates-export.ts')).certificatesExport,
  },
  {
    path: 'certificates verify',
    summary: 'verify an export and its evidence offline',
    load: async () => (await import('./commands/certificates-verify.ts')).certificatesVerify,
  },
  {
    path: 'certificates refusals',
    summary: 'list the requests that the worker has refused',
    load: async () => (await import('./commands/certificates-refusals.ts')).certificatesRefusals,
  },
  {
    path: 'certificates metrics',
    summary: "print the worker's metrics for Prometheus",
    load: async () => (await import('./commands/certificates-metrics.ts')).certificatesMetrics,
  },
  {
    path: 'worker backup',
    summary: 'back up the data of a worker that you run yourself, while it runs',
    load: async () => (await import('./commands/worker-backup.ts')).workerBackup,
  },
  {
    path: 'worker restore',
    summary: 'put a backup into a data directory',
    load: async () => (await import('./commands/worker-restore.ts')).workerRestore,
  },
  {
    path: 'context add',
    summary: 'save the URL and the key of a worker under a name',
    load: async () => (await import('./commands/context-add.ts')).contextAdd,
  },
  {
    path: 'context use',
    summary: 'select the current context',
    load: async () => (await import('./commands/context-use.ts')).contextUse,
  },
  {
    path: 'context list',
    summary: 'list the contexts',
    load: async () => (await import('./commands/context-list.ts')).contextList,
  },
  {
    path: 'context remove',
    summary: 'remove a context; its key file is kept',
    load: async () => (await import('./commands/context-remove.ts')).contextRemove,
  },
  {
    path: 'demo',
    summary: 'run edge-issuer end to end with a cluster of yours',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
  {
    path: 'completion',
    summary: 'print the completion script for a shell',
    load: async () => (await import('./commands/completion.ts')).completion(COMMANDS),
  },
]
