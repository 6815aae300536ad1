/** The command to run after `clients add`. */
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'vitest'
import { aJwks } from '../support/client-entries.ts'
import { setUpDirectory } from '../support/directory-harness.ts'
import { aCluster } from '../support/token-cluster.ts'

it('names the same worker and the same cluster in the next command', async ({
  expect,
  ...context
}) => {
  const { kubeconfig } = await aCluster(aJwks(), context)
  const { cwd, run, worker } = await setUpDirectory(context)
  const ofCluster = join(cwd, "eu's config")
  await copyFile(kubeconfig, ofCluster)
  const flags = `--url ${worker.url} --admin-key a.admin.key --ca-file ${worker.rootsFile}`
  const start = 'clients add c --from-cluster --unrestricted --kube-context x --kubeconfig'
  const { exitCode, stdout } = await run([...start.split(' '), ofCluster, ...flags.split(' ')])
  expect(exitCode).toBe(0)
  const quoted = `'${cwd}/eu'\\''s config'`
  expect(stdout).toContain(
    `manifest --client c --issuer default --url ${worker.url} --key a.admin.key --ca-file ${worker.rootsFile} | kubectl --kubeconfig ${quoted} --context x apply -f -\n`,
  )
  await run(`context add lab ${flags.replace('--admin-key', '--key')}`)
  const added = await run(
    `clients add d --from-cluster --kubeconfig ${kubeconfig} --unrestricted --context lab`,
  )
  expect(added.stdout).toContain(
    `--issuer default --context lab | kubectl --kubeconfig ${kubeconfig} apply -f -\n`,
  )
})
