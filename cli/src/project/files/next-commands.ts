import { dirname, join, resolve } from 'node:path'
import { CA_PATHS } from '../../ca/ca-folder.ts'
import { deployCommand, putSecretCommand } from '../../config/deploy-commands.ts'
import type { Io } from '../../terminal/io.ts'
import { shellWord } from '../../terminal/shell-word.ts'

/** What `worker init` has created, and from what. */
export interface CreatedProject {
  readonly dir: string
  readonly url: string
  readonly issuer: string
  readonly profile: string
  readonly admin: string
  readonly adminKey: string
  readonly adminEntry: string
  /** Folder of the CA. */
  readonly ca: string | undefined
  /** Path of the issuing CA's key; absent if the file is not there. */
  readonly issuingKey: string | undefined
  /** Name of the secret of the issuing CA. */
  readonly secret: string
}

/** @returns What was created, and the commands to run next. */
export function nextCommands(project: CreatedProject, { cwd }: Io): string {
  const { dir, url, admin, adminKey, adminEntry, ca, secret } = project
  const absolute = (path: string): string => shellWord(resolve(cwd, path))
  const newCa = ca === undefined ? join(dirname(adminKey), 'ca') : undefined
  const issuingKey = newCa === undefined ? project.issuingKey : join(newCa, CA_PATHS.issuingKey)
  const keyPath = issuingKey === undefined ? 'ISSUING_KEY_FILE' : resolve(cwd, issuingKey)
  const { issuer, profile } = project
  const profileFlag = profile === 'default' ? '' : ` --profile ${profile}`
  const commands = [
    // Beside the key of the admin, which is outside of the project.
    ...(newCa === undefined ? [] : [`edge-issuer ca init --out ${absolute(newCa)}`]),
    `cd ${shellWord(dir)}`,
    'npm install',
    ...(newCa === undefined
      ? []
      : [`edge-issuer config add issuer ${issuer} --ca ${absolute(newCa)}${profileFlag}`]),
    'npx wrangler login',
    deployCommand('production'),
    putSecretCommand('production', { name: secret, path: keyPath }),
    `edge-issuer context add production --url ${shellWord(url)} --key ${absolute(adminKey)}`,
    "edge-issuer clients add cluster-1 --from-cluster --allow-dns '*.example.internal'",
  ]
  return `Created the project "${dir}" of the worker for ${url}

  ${dir}  the project: keep it under version control; its README.md explains it
  ${adminKey}  private key of the admin ${admin}: for this person only, outside of the project
  ${adminEntry}  public key of the admin, as in signer.config.json

The project contains no private key. After the secret is uploaded, keep the key of the issuing CA offline.

Next:
${commands.map((command) => `  ${command}\n`).join('')}`
}
