import {
  credential,
  execCase,
  execUser,
  kubeconfig,
  type KubeconfigCase,
  oneFile,
  plugin,
  V1BETA1,
} from './kubeconfig-cases.ts'

const PAST = '2020-01-01T00:00:00Z'
const FUTURE = '2100-01-01T00:00:00Z'

/** Exec plugins with which kubectl and edge-issuer read the cluster. */
export const ACCEPTED_PLUGINS: readonly KubeconfigCase[] = [
  {
    name: 'a plugin without an expiry',
    scene: execCase(({ token }) => credential({ token })),
    runs: 1,
  },
  {
    name: 'a plugin with an expiry that comes later',
    scene: execCase(({ token }) => credential({ token, expirationTimestamp: FUTURE })),
    runs: 1,
  },
  {
    name: 'a plugin with an expiry that has passed',
    scene: execCase(({ token }) => credential({ token, expirationTimestamp: PAST })),
    runs: 2,
  },
  {
    name: 'a plugin that reads standard input, which it does not get',
    scene: execCase(({ token }) => credential({ token }), { before: 'cat > /dev/null' }),
    runs: 1,
  },
  {
    name: 'a plugin that would read standard input if there were any',
    scene: execCase(({ token }) => credential({ token }), {
      before: 'cat > /dev/null',
      user: execUser({ interactiveMode: 'IfAvailable' }),
    }),
    runs: 1,
  },
  {
    name: 'a plugin by a relative command in another folder',
    scene: (world) => ({
      files: {
        'bin/get-token': plugin(credential({ token: world.token })),
        'home/config': kubeconfig(world, { user: execUser({ command: '../bin/get-token' }) }),
      },
      variable: 'home/config',
    }),
  },
  {
    name: 'a plugin by its name, in PATH',
    scene: (world) => ({
      files: {
        'in-path/get-token': plugin(credential({ token: world.token })),
        kubeconfig: kubeconfig(world, { user: execUser({ command: 'get-token' }) }),
      },
    }),
  },
  {
    name: 'a plugin that gives a client certificate',
    scene: execCase(({ certificatePem, keyPem }) =>
      credential({ clientCertificateData: certificatePem, clientKeyData: keyPem }),
    ),
    runs: 1,
  },
  {
    name: 'a plugin with arguments and variables, the last of a name',
    scene: execCase(({ token }) => credential({ token }), {
      before: '[ "$1 $2" = "a b c" ] && [ "$MORE" = last ] && [ -n "$HOME" ] || exit 3',
      user: execUser({
        args: ['a', 'b c'],
        env: [
          { name: 'MORE', value: 'first' },
          { name: 'MORE', value: 'last' },
        ],
      }),
    }),
    runs: 1,
  },
  {
    name: 'a plugin of v1beta1 without an interactiveMode, which gets the cluster',
    scene: execCase(({ token }) => credential({ token }, { apiVersion: V1BETA1 }), {
      before: `case "$KUBERNETES_EXEC_INFO" in *'"server":"https://'*'"config":{"audience":"a"}'*) ;; *) exit 4;; esac`,
      user: execUser({ apiVersion: V1BETA1, interactiveMode: undefined, provideClusterInfo: true }),
      cluster: {
        extensions: [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 'a' } }],
      },
    }),
    runs: 1,
  },
  {
    name: 'a plugin that answers in YAML and writes to standard error',
    scene: execCase(
      ({ token }) =>
        `apiVersion: client.authentication.k8s.io/v1\nkind: ExecCredential\nstatus:\n  token: ${token}\n  expirationTimestamp: ${FUTURE}`,
      { before: 'echo hello >&2' },
    ),
    runs: 1,
  },
  {
    name: 'a plugin beside a token, which is not run',
    scene: oneFile(({ token }) => ({ user: { ...execUser({ command: './none' }), token } })),
  },
]

/** Exec plugins with which neither kubectl nor edge-issuer reads the cluster. */
export const REFUSED_PLUGINS: readonly KubeconfigCase[] = [
  {
    name: 'a plugin that does not exist, with a hint',
    scene: oneFile(() => ({ user: execUser({ installHint: 'brew install it\u001b[31m' }) })),
    says: 'the exec plugin FOLDER/plugin does not exist or is not executable; install it: brew install itU+001B[31m',
  },
  {
    name: 'a plugin that is not in PATH',
    scene: oneFile(() => ({ user: execUser({ command: 'no-such-plugin' }) })),
    says: 'the exec plugin no-such-plugin is not in PATH',
  },
  {
    name: 'a plugin that is not executable',
    scene: oneFile(() => ({ user: execUser() }), { plugin: 'echo' }),
    says: 'does not exist or is not executable',
  },
  {
    name: 'a plugin that fails',
    scene: execCase(() => 'secret', { before: 'echo because >&2; exit 7' }),
    says: 'because\nedge-issuer status: the exec plugin FOLDER/plugin failed with exit code 7',
  },
  {
    name: 'a plugin that hangs, which kubectl waits for',
    scene: execCase(() => '', { before: 'exec sleep 90' }),
    says: 'the exec plugin FOLDER/plugin did not end within 60 s and was killed',
  },
  {
    name: 'a plugin that answers nothing',
    scene: execCase(() => ''),
    says: 'wrote no ExecCredential with a status to standard output',
  },
  {
    name: 'a plugin that answers without a status',
    scene: execCase(() => credential({}, { status: undefined })),
    says: 'wrote no ExecCredential with a status to standard output (status: ',
  },
  {
    name: 'a plugin that answers with neither a token nor a certificate',
    scene: execCase(() => credential({})),
    says: 'answered with neither a token nor a client certificate',
  },
  {
    name: 'a plugin that answers with a certificate without its key',
    scene: execCase(({ certificatePem }) => credential({ clientCertificateData: certificatePem })),
    says: 'answered with a client certificate or its key, but not with both',
  },
  {
    name: 'a plugin that answers with another version',
    scene: execCase(({ token }) => credential({ token }, { apiVersion: V1BETA1 })),
    says: 'answered with the apiVersion "client.authentication.k8s.io/v1beta1"; expected client.authentication.k8s.io/v1',
  },
  {
    name: 'a plugin of a version that is gone',
    scene: execCase(({ token }) => credential({ token }), {
      user: execUser({ apiVersion: 'client.authentication.k8s.io/v1alpha1' }),
    }),
    says: 'has an exec plugin with the apiVersion "client.authentication.k8s.io/v1alpha1"; expected',
  },
  {
    name: 'a plugin of v1 without an interactiveMode',
    scene: execCase(({ token }) => credential({ token }), {
      user: execUser({ interactiveMode: undefined }),
    }),
    says: 'has an exec plugin with the interactiveMode ""; expected Never, IfAvailable, Always',
  },
  {
    name: 'a plugin that needs a terminal where there is none',
    scene: execCase(({ token }) => credential({ token }), {
      user: execUser({ interactiveMode: 'Always' }),
    }),
    says: 'has the interactiveMode Always, but standard input is not a terminal',
  },
]
