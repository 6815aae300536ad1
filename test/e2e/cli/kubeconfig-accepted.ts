import {
  base64,
  behindTheProxy,
  kubeconfig,
  type KubeconfigCase,
  oneFile,
} from './kubeconfig-cases.ts'

/** Kubeconfigs with which kubectl and edge-issuer read the cluster. */
export const ACCEPTED: readonly KubeconfigCase[] = [
  { name: 'a token', scene: oneFile(() => ({})) },
  {
    name: 'a token file, relative, with a newline',
    scene: (world) => ({
      files: {
        'secrets/token': `${world.token}\n`,
        kubeconfig: kubeconfig(world, { user: { tokenFile: 'secrets/token' } }),
      },
    }),
  },
  {
    name: 'a token beside a token file that does not exist',
    scene: oneFile(({ token }) => ({ user: { token, tokenFile: './none' } })),
  },
  {
    name: 'a token file beside a token that is wrong',
    scene: (world) => ({
      files: {
        token: world.token,
        kubeconfig: kubeconfig(world, { user: { tokenFile: 'token', token: 'wrong' } }),
      },
    }),
  },
  {
    name: 'a client certificate, inline',
    scene: oneFile(({ certificatePem, keyPem }) => ({
      user: {
        'client-certificate-data': base64(certificatePem),
        'client-key-data': base64(keyPem),
      },
    })),
  },
  {
    name: 'certificates and a key by relative paths, in another folder than the working directory',
    scene: (world) => ({
      files: {
        'pki/ca.crt': world.caPem,
        'pki/user.crt': world.certificatePem,
        'pki/user.key': world.keyPem,
        'home/config': kubeconfig(world, {
          cluster: {
            'certificate-authority-data': undefined,
            'certificate-authority': '../pki/ca.crt',
          },
          user: { 'client-certificate': '../pki/user.crt', 'client-key': '../pki/user.key' },
        }),
      },
      variable: 'home/config',
    }),
  },
  {
    name: 'a certificate by a path and its key inline',
    scene: (world) => ({
      files: {
        'user.crt': world.certificatePem,
        kubeconfig: kubeconfig(world, {
          user: { 'client-certificate': 'user.crt', 'client-key-data': base64(world.keyPem) },
        }),
      },
    }),
  },
  {
    name: 'several files, with a missing and an empty one',
    scene: (world) => ({
      files: {
        empty: '',
        contexts: 'contexts: [{ name: x, context: { cluster: c, user: u } }]\ncurrent-context: x\n',
        clusters: kubeconfig(world, {
          document: { users: [], contexts: [], 'current-context': '' },
        }),
        users: JSON.stringify({ users: [{ name: 'u', user: { token: world.token } }] }),
      },
      variable: 'missing::empty:contexts:clusters:users:contexts',
    }),
  },
  {
    name: 'several files with the same entries, of which the first wins',
    scene: (world) => ({
      files: {
        first: kubeconfig(world, { document: { 'current-context': '' } }),
        second: kubeconfig(world, {
          user: { token: 'wrong' },
          document: { 'current-context': 'x' },
        }),
        third: JSON.stringify({ 'current-context': 'none' }),
      },
      variable: 'first:second:third',
    }),
  },
  {
    name: '--kubeconfig before KUBECONFIG',
    scene: (world) => ({
      files: { wrong: kubeconfig(world, { user: {} }), right: kubeconfig(world) },
      variable: 'wrong',
      flags: ['--kubeconfig', 'right'],
    }),
  },
  {
    name: '--context before the current one',
    scene: (world) => ({
      files: { kubeconfig: kubeconfig(world, { document: { 'current-context': 'none' } }) },
      flags: ['--context', 'x'],
    }),
  },
  {
    name: 'tls-server-name with a DNS name',
    scene: oneFile(() => ({ cluster: { 'tls-server-name': 'localhost' } })),
  },
  {
    name: 'tls-server-name with an IP address',
    scene: oneFile(({ server }) => ({
      cluster: {
        server: server.replace('127.0.0.1', 'localhost'),
        'tls-server-name': '127.0.0.1',
      },
    })),
  },
  {
    name: 'proxy-url',
    scene: oneFile(({ proxy }) => ({ cluster: { 'proxy-url': proxy } })),
  },
  {
    name: 'the proxy of the environment',
    scene: (world) => ({
      files: { kubeconfig: behindTheProxy(world) },
      environment: { HTTPS_PROXY: world.proxy },
    }),
  },
  {
    name: 'insecure-skip-tls-verify',
    scene: oneFile(() => ({
      cluster: { 'certificate-authority-data': undefined, 'insecure-skip-tls-verify': true },
    })),
  },
  {
    name: 'impersonation of an administrator',
    scene: oneFile(({ token }) => ({
      user: {
        token,
        as: 'jane',
        'as-uid': '7',
        'as-groups': ['system:masters', 'a'],
        'as-user-extra': { reason: ['x', 'y'] },
      },
    })),
  },
  {
    name: 'a server with a slash at the end',
    scene: oneFile(({ server }) => ({ cluster: { server: `${server}/` } })),
  },
  {
    name: 'YAML with comments, anchors, merge keys, unknown and null fields, and a second document',
    scene: ({ server, caPem, token }) => ({
      files: {
        kubeconfig: `# of somebody
apiVersion: v1
kind: Config
preferences: {}
extensions: null
future: [1, 2]
users:
  - name: u
    user: { token: ${token}, username: null, exec: null, as-groups: null, future: 7 }
clusters:
  - name: base
    cluster: &base
      server: ${server}
      certificate-authority-data: ${base64(caPem)}
  - name: "yes"
    cluster: { <<: *base, tls-server-name: localhost }
contexts:
  - name: x
    context: { cluster: "yes", user: u, namespace: web }
current-context: none
current-context: x
---
current-context: other
`,
      },
    }),
  },
]
