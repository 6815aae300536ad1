import type { Command } from './command-line/define-command.ts'
import type { CommandLine } from './command-line/help.ts'

/** A command by name; its code is loaded only when it runs, since some of it takes long to load. */
interface CommandEntry extends CommandLine {
  readonly load: () => Promise<Command>
}

/** Every command, in the order of a first use. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    path: 'ca init',
    summary: 'make a root and an issuing CA',
    load: async () => (await import('./commands/ca-init.ts')).caInit,
  },
  {
    path: 'ca renew',
    summary: 'make the issuing CA that comes after another one, under the same root',
    load: async () => (await import('./commands/ca-renew.ts')).caRenew,
  },
  {
    path: 'client create',
    summary: "make a client's key: a Secret for the cluster, an entry for the worker",
    load: async () => (await import('./commands/client-create.ts')).clientCreate,
  },
  {
    path: 'admin create',
    summary: "make an admin's key: a file for that person, an entry for the worker",
    load: async () => (await import('./commands/admin-create.ts')).adminCreate,
  },
  {
    path: 'config init',
    summary: "write the worker's configuration from a CA and its clients",
    load: async () => (await import('./commands/config-init.ts')).configInit,
  },
  {
    path: 'config check',
    summary: "judge the worker's configuration, and the keys that go with it",
    load: async () => (await import('./commands/config-check.ts')).configCheck,
  },
  {
    path: 'config add',
    summary: "add a client or an admin to the worker's configuration",
    load: async () => (await import('./commands/config-add.ts')).configAdd,
  },
  {
    path: 'config rotate',
    summary: 'take one step of the rotation of an issuing CA',
    load: async () => (await import('./commands/config-rotate.ts')).configRotate,
  },
  {
    path: 'sign',
    summary: 'ask the worker for a certificate, the way the relay does',
    load: async () => (await import('./commands/sign.ts')).sign,
  },
  {
    path: 'health',
    summary: 'ask the worker how an issuer is, the way the relay does',
    load: async () => (await import('./commands/health.ts')).health,
  },
  {
    path: 'status',
    summary: 'show the relay, the issuers and the requests of a cluster',
    load: async () => (await import('./commands/status.ts')).status,
  },
  {
    path: 'certificates list',
    summary: 'list what the worker has issued',
    load: async () => (await import('./commands/certificates-list.ts')).certificatesList,
  },
  {
    path: 'certificates show',
    summary: 'show one certificate, or print its chain',
    load: async () => (await import('./commands/certificates-show.ts')).certificatesShow,
  },
  {
    path: 'certificates export',
    summary: 'write every record with its evidence, a line each',
    load: async () => (await import('./commands/certificates-export.ts')).certificatesExport,
  },
  {
    path: 'certificates verify',
    summary: 'check an export and the evidence in it, offline',
    load: async () => (await import('./commands/certificates-verify.ts')).certificatesVerify,
  },
  {
    path: 'certificates refusals',
    summary: 'list what the worker has refused',
    load: async () => (await import('./commands/certificates-refusals.ts')).certificatesRefusals,
  },
  {
    path: 'certificates metrics',
    summary: "print the worker's counters for Prometheus",
    load: async () => (await import('./commands/certificates-metrics.ts')).certificatesMetrics,
  },
  {
    path: 'context add',
    summary: 'keep a worker and a key under a name, for all commands that speak to it',
    load: async () => (await import('./commands/context-add.ts')).contextAdd,
  },
  {
    path: 'context use',
    summary: 'make a context the current one',
    load: async () => (await import('./commands/context-use.ts')).contextUse,
  },
  {
    path: 'context list',
    summary: 'list the contexts',
    load: async () => (await import('./commands/context-list.ts')).contextList,
  },
  {
    path: 'context remove',
    summary: 'forget a context; its key stays',
    load: async () => (await import('./commands/context-remove.ts')).contextRemove,
  },
  {
    path: 'demo',
    summary: 'show the main job on a cluster of its own',
    load: async () => (await import('./commands/demo.ts')).demo,
  },
]
