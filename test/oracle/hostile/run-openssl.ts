import { runCommand } from '@edge-issuer/testbed/processes/process'

/** Runs openssl in a folder; what it writes to both streams. */
export async function runOpenssl(
  args: readonly string[],
  cwd: string,
): Promise<{ readonly isOk: boolean; readonly output: string }> {
  const { code, stdout, stderr } = await runCommand({
    command: 'openssl',
    args,
    env: process.env,
    cwd,
  })
  return { isOk: code === 0, output: `${stdout}${stderr}` }
}
