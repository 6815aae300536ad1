import { delimiter, join, resolve } from 'node:path'

/** One file, which must exist, or several to be merged, of which those that do not exist are skipped. */
export type KubeconfigFiles = string | readonly string[]

/** What decides which kubeconfigs are read. */
export interface KubeconfigChoice {
  /** `--kubeconfig`; relative to `cwd`. Empty: not given. */
  readonly flag: string
  /** `KUBECONFIG`: paths separated by `:`, or by `;` on Windows. Empty: not set. */
  readonly variable: string
  readonly cwd: string
}

/** @returns The files of the flag, else of the variable (client-go `NewDefaultClientConfigLoadingRules`). */
export function namedKubeconfigs(choice: KubeconfigChoice): KubeconfigFiles | undefined {
  const { flag, variable, cwd } = choice
  if (flag !== '') return resolve(cwd, flag)
  if (variable === '') return undefined
  const paths = variable.split(delimiter).filter((path) => path !== '')
  return [...new Set(paths.map((path) => resolve(cwd, path)))]
}

/** @returns The file that kubectl reads when none is named. */
export const defaultKubeconfig = (home: string): string => join(home, '.kube', 'config')
