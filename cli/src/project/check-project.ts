/**
 * Everything that is checked before a project is deployed.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Result } from '@edge-issuer/shared'
import { configNameOf } from '../config/deploy-commands.ts'
import type { KeyFiles } from '../config/key-secrets.ts'
import type { Io } from '../terminal/io.ts'
import { type ConfigFileCheck, checkConfigFile } from './check-config-file.ts'
import { checkArchive, checkEnvironment, checkPlace } from './check-environment.ts'
import { checkVersions } from './check-versions.ts'
import { configFileOf } from './config-file.ts'
import { error, type Findings, joinFindings, NOTHING } from './findings.ts'
import type { Project } from './open-project.ts'
import {
  type Environment,
  type EnvironmentReader,
  loadEnvironmentReader,
} from './read-environment.ts'
import { checkSharedAuthorities } from './shared-authorities.ts'

/** Options of {@link checkProject}. */
export interface ProjectCheckOptions {
  /** One environment; when absent, every environment that has a configuration. */
  readonly environment: string | undefined
  readonly keys: KeyFiles
}

/** Result of {@link checkProject}. */
export interface ProjectCheck {
  readonly findings: Findings
  readonly environments: readonly CheckedEnvironment[]
  /** Environments without a configuration, which were skipped. */
  readonly skipped: readonly string[]
}

/** An environment, and its configuration. */
export interface CheckedEnvironment extends ConfigFileCheck {
  readonly name: string
}

/** Checks versions, wrangler.jsonc and configurations; lists every problem. */
export async function checkProject(
  project: Project,
  { environment, keys }: ProjectCheckOptions,
  io: Io,
): Promise<ProjectCheck> {
  const versions = checkVersions(project)
  const reader = await loadEnvironmentReader(project)
  const plan = planOf(project, reader, environment)
  const environments: CheckedEnvironment[] = []
  for (const one of plan.environments) environments.push(await checkOne(one, keys, io))
  const findings = joinFindings([
    versions,
    plan.findings,
    ...environments.map((checked) => checked.findings),
    ...plan.environments.flatMap(({ configFile }) =>
      plan.configFiles.map((other) => checkSharedAuthorities(configFile, other)),
    ),
  ])
  const unique = {
    errors: [...new Set(findings.errors)],
    warnings: [...new Set(findings.warnings)],
  }
  return { findings: unique, environments, skipped: plan.skipped }
}

/** An environment to check. */
interface PlannedEnvironment {
  readonly name: string
  /** Absent without wrangler, which reads it. */
  readonly environment: Environment | undefined
  /** Absolute path. */
  readonly configFile: string
}

interface Plan {
  readonly environments: readonly PlannedEnvironment[]
  readonly skipped: readonly string[]
  /** Absolute paths of the configurations of all environments. */
  readonly configFiles: readonly string[]
  readonly findings: Findings
}

function planOf(
  project: Project,
  reader: EnvironmentReader | undefined,
  wanted: string | undefined,
): Plan {
  if (reader === undefined) {
    const name = wanted ?? 'production'
    const configFile = join(project.folder, configNameOf(name))
    const only = { name, environment: undefined, configFile }
    return { environments: [only], skipped: [], configFiles: [], findings: NOTHING }
  }
  const names = wanted === undefined ? definedEnvironments(reader) : [wanted]
  const environments: PlannedEnvironment[] = []
  const errors: Findings[] = []
  for (const name of names) {
    const read = readOne(reader, name)
    if (read.ok) environments.push(read.value)
    else errors.push(error(read.error))
  }
  const ready = environments.filter(({ configFile }) => existsSync(configFile))
  // Without any configuration, the first missing one is reported.
  const checked = wanted !== undefined || ready.length === 0 ? environments.slice(0, 1) : ready
  const skipped = environments.filter((one) => !checked.includes(one)).map(({ name }) => name)
  const configFiles = definedEnvironments(reader).flatMap((name) => {
    const read = readOne(reader, name)
    return read.ok ? [read.value.configFile] : []
  })
  return { environments: checked, skipped, configFiles, findings: joinFindings(errors) }
}

function definedEnvironments(reader: EnvironmentReader): readonly string[] {
  const top = reader('')
  // An invalid file is reported when its environment is read.
  return top.ok && top.value.definedEnvironments.length > 0
    ? top.value.definedEnvironments
    : ['production']
}

function readOne(reader: EnvironmentReader, name: string): Result<PlannedEnvironment, string> {
  const environment = reader(name)
  if (!environment.ok) return environment
  const configFile = configFileOf(environment.value.main)
  return configFile.ok
    ? { ok: true, value: { name, environment: environment.value, configFile: configFile.value } }
    : configFile
}

async function checkOne(
  { name, environment, configFile }: PlannedEnvironment,
  keys: KeyFiles,
  io: Io,
): Promise<CheckedEnvironment> {
  const config = await checkConfigFile(configFile, keys, io)
  if (environment === undefined) return { ...config, name }
  const where = `env.${name}`
  const { publicUrl, hasRetention } = config
  const findings = joinFindings([
    checkEnvironment(environment, where),
    config.findings,
    publicUrl === undefined ? NOTHING : checkPlace(environment, publicUrl, where),
    checkArchive(environment, hasRetention, where),
  ])
  return { ...config, name, findings }
}
