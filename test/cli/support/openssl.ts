import { spawn } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Verifies certificates; found in PATH. */
const OPENSSL = 'openssl'

/** What openssl said. */
export interface OpensslOutcome {
  readonly exitCode: number | null
  /** Both streams. */
  readonly output: string
}

/** Runs `openssl` with words that are separated by spaces, in a folder. */
export async function openssl(command: string, cwd: string): Promise<OpensslOutcome> {
  const child = spawn(OPENSSL, command.split(/\s+/), { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk
    })
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve)
  })
  return { exitCode, output }
}

/** Runs openssl where it must succeed. */
export async function mustOpenssl(command: string, cwd: string): Promise<string> {
  const { exitCode, output } = await openssl(command, cwd)
  if (exitCode !== 0) throw new Error(`openssl ${command}: ${output}`)
  return output
}

/** A leaf for openssl to make. */
export interface LeafSpec {
  /** File name without ending, and the common name. */
  readonly name: string
  /** As openssl writes it: `DNS:a.example.com,IP:10.0.0.1`. */
  readonly subjectAltName: string
}

/**
 * Lets openssl issue a leaf from the issuing CA in `folder`/ca, and verify it up to the root.
 *
 * @returns What `openssl verify -x509_strict` said.
 */
export async function verifiedLeaf(
  { name, subjectAltName }: LeafSpec,
  folder: string,
): Promise<OpensslOutcome> {
  await writeFile(
    join(folder, `${name}.ext`),
    `basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nsubjectAltName=${subjectAltName}\n` +
      'subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n',
  )
  await mustOpenssl(
    `req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /O=${name}
     -keyout ${name}.key -out ${name}.csr`,
    folder,
  )
  await mustOpenssl(
    `x509 -req -in ${name}.csr -days 1 -extfile ${name}.ext
     -CA ca/chain.pem -CAkey ca/issuing/ca.key -out ${name}.pem`,
    folder,
  )
  return openssl(
    `verify -x509_strict -CAfile ca/root.pem -untrusted ca/chain.pem ${name}.pem`,
    folder,
  )
}
