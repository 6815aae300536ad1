import {
  base64,
  behindTheProxy,
  kubeconfig,
  type KubeconfigCase,
  oneFile,
} from './kubeconfig-cases.ts'

const withoutCa = { 'certificate-authority-data': undefined }

/** Kubeconfigs with which neither kubectl nor edge-issuer reads the cluster. */
export const REFUSED: readonly KubeconfigCase[] = [
  {
    name: 'a CA file that does not exist',
    scene: oneFile(() => ({ cluster: { ...withoutCa, 'certificate-authority': 'ca/none.crt' } })),
    says: 'the certificate-authority of the cluster "c" in FOLDER/kubeconfig, FOLDER/ca/none.crt, cannot be read: no such file',
  },
  {
    name: 'a CA file that is a folder',
    scene: oneFile(() => ({ cluster: { ...withoutCa, 'certificate-authority': '.' } })),
    says: 'cannot be read: it is a directory',
  },
  {
    name: 'a CA that is no certificate',
    scene: oneFile(() => ({ cluster: { 'certificate-authority-data': base64('nothing') } })),
    says: 'the certificate authority of the API server is malformed; expected certificates in PEM',
  },
  {
    name: 'a CA that is not base64',
    scene: oneFile(() => ({ cluster: { 'certificate-authority-data': '%' } })),
    says: 'is malformed: clusters[0].cluster.certificate-authority-data: expected standard base64 with padding',
  },
  {
    name: 'another CA',
    scene: oneFile(({ otherCaPem }) => ({
      cluster: { 'certificate-authority-data': base64(otherCaPem) },
    })),
    says: 'no response from the API server: ',
  },
  {
    name: 'no CA',
    scene: oneFile(() => ({ cluster: withoutCa })),
    says: 'no response from the API server',
  },
  {
    name: 'a CA twice',
    scene: oneFile(() => ({ cluster: { 'certificate-authority': 'ca.crt' } }), { 'ca.crt': 'x' }),
    says: 'has both certificate-authority and certificate-authority-data; expected one of them',
  },
  {
    name: 'a CA beside insecure-skip-tls-verify',
    scene: oneFile(() => ({ cluster: { 'insecure-skip-tls-verify': true } })),
    says: 'has both a certificate authority and insecure-skip-tls-verify',
  },
  {
    name: 'another tls-server-name',
    scene: oneFile(() => ({ cluster: { 'tls-server-name': 'other.example' } })),
    says: "does not match certificate's altnames",
  },
  {
    name: 'a proxy that nothing listens at',
    scene: oneFile(() => ({ cluster: { 'proxy-url': 'http://user:secret@127.0.0.1:1' } })),
    says: 'proxy 127.0.0.1:1',
  },
  {
    name: 'a proxy without a scheme',
    scene: oneFile(() => ({ cluster: { 'proxy-url': 'proxy:3128' } })),
    says: 'the cluster "c" in FOLDER/kubeconfig has a malformed proxy-url; expected http://host:port',
  },
  {
    name: 'a SOCKS proxy that nothing listens at',
    scene: oneFile(() => ({ cluster: { 'proxy-url': 'socks5://127.0.0.1:1' } })),
    says: 'has a proxy-url with the scheme socks5, which is not supported',
  },
  {
    name: 'a proxy of the environment that NO_PROXY turns off',
    scene: (world) => ({
      files: { kubeconfig: behindTheProxy(world) },
      environment: { HTTPS_PROXY: world.proxy, NO_PROXY: '.invalid' },
    }),
    says: 'no response from the API server: ',
  },
  {
    name: 'no server',
    scene: oneFile(() => ({ cluster: { server: '' } })),
    says: 'has no server; expected https://host:port',
  },
  {
    name: 'no credentials',
    scene: oneFile(() => ({ user: {} })),
    says: 'the API server',
  },
  {
    name: 'a token that is not accepted',
    scene: oneFile(() => ({ user: { token: 'secret' } })),
    says: 'the API server rejects the credentials in the kubeconfig',
  },
  {
    name: 'a token file that does not exist',
    scene: oneFile(() => ({ user: { tokenFile: 'none' } })),
    says: 'the tokenFile of the user "u" in FOLDER/kubeconfig, FOLDER/none, cannot be read: no such file',
  },
  {
    name: 'a token file that is empty',
    scene: oneFile(() => ({ user: { tokenFile: 'token' } }), { token: '\n' }),
    says: 'cannot be read: it is empty',
  },
  {
    name: 'a token that is a number',
    scene: oneFile(() => ({ user: { token: 7 } })),
    says: 'is malformed: users[0].user.token: Invalid input: expected string',
  },
  {
    name: 'a token and a password',
    scene: oneFile(({ token }) => ({ user: { token, username: 'jane', password: 'secret' } })),
    says: 'has both a token and a username or password; expected one of them',
  },
  {
    name: 'a certificate without its key',
    scene: oneFile(({ certificatePem }) => ({
      user: { 'client-certificate-data': base64(certificatePem) },
    })),
    says: 'has a client certificate without its key; expected client-key or client-key-data',
  },
  {
    name: 'a certificate with another key',
    scene: oneFile(({ certificatePem, otherKeyPem }) => ({
      user: {
        'client-certificate-data': base64(certificatePem),
        'client-key-data': base64(otherKeyPem),
      },
    })),
    says: 'the client certificate and its key cannot be used',
  },
  {
    name: 'a certificate file that does not exist',
    scene: oneFile(({ keyPem }) => ({
      user: { 'client-certificate': 'none', 'client-key-data': base64(keyPem) },
    })),
    says: 'the client-certificate of the user "u" in FOLDER/kubeconfig, FOLDER/none, cannot be read',
  },
  {
    name: 'groups to impersonate without a user',
    scene: oneFile(({ token }) => ({ user: { token, 'as-groups': ['system:masters'] } })),
    says: 'has as-uid, as-groups or as-user-extra without as',
  },
  {
    name: 'a user to impersonate who may read nothing',
    scene: oneFile(({ token }) => ({ user: { token, as: 'jane' } })),
    says: 'User "jane" cannot list',
  },
  {
    name: 'an auth-provider that Kubernetes has removed',
    scene: oneFile(() => ({ user: { 'auth-provider': { name: 'gcp' } } })),
    says: 'has an auth-provider ("gcp"), which Kubernetes replaced by exec plugins and which is not supported; use an exec plugin',
  },
  {
    name: 'no current context',
    scene: oneFile(() => ({ document: { 'current-context': '' } })),
    says: 'the kubeconfig FOLDER/kubeconfig sets no current-context; choose a context (kubectl config use-context NAME) out of: "x"',
  },
  {
    name: 'a current context that does not exist',
    scene: oneFile(() => ({ document: { 'current-context': 'none' } })),
    says: 'the kubeconfig FOLDER/kubeconfig has no context its current-context, "none"',
  },
  {
    name: '--context that does not exist',
    scene: (world) => ({
      files: { kubeconfig: kubeconfig(world) },
      flags: ['--context', 'none'],
    }),
    says: 'the kubeconfig FOLDER/kubeconfig has no context "none"; its contexts are: "x"',
  },
  {
    name: 'a cluster that does not exist',
    scene: oneFile(() => ({ document: { clusters: [] } })),
    says: 'the context "x" in FOLDER/kubeconfig names the cluster "c", which does not exist; the clusters are: (none)',
  },
  {
    name: 'a user that does not exist',
    scene: oneFile(() => ({ document: { users: [] } })),
    says: 'the context "x" in FOLDER/kubeconfig names the user "u", which does not exist; the users are: (none)',
  },
  {
    name: 'invalid YAML',
    scene: () => ({ files: { kubeconfig: 'users:\n- name: u\n  user: {token: secret\n' } }),
    says: 'the kubeconfig FOLDER/kubeconfig is malformed: invalid YAML at line',
  },
  {
    name: 'another kind',
    scene: oneFile(() => ({ document: { kind: 'Secret' } })),
    says: 'is malformed: kind: expected Config',
  },
  {
    name: 'another version',
    scene: oneFile(() => ({ document: { apiVersion: 'v2' } })),
    says: 'is malformed: apiVersion: expected v1',
  },
  {
    name: 'a name twice',
    scene: oneFile(() => ({
      document: {
        users: [
          { name: 'u', user: {} },
          { name: 'u', user: {} },
        ],
      },
    })),
    says: 'is malformed: users: the name "u" is there twice',
  },
  {
    name: 'one malformed file of several',
    scene: (world) => ({
      files: { good: kubeconfig(world), bad: '[' },
      variable: 'good:bad',
    }),
    says: 'the kubeconfig FOLDER/bad is malformed: ',
  },
  {
    name: 'an empty file',
    scene: () => ({ files: { kubeconfig: '' } }),
    says: 'sets no current-context; choose a context (kubectl config use-context NAME) out of: (none)',
  },
  {
    name: '--kubeconfig that does not exist',
    scene: (world) => ({
      files: { kubeconfig: kubeconfig(world) },
      flags: ['--kubeconfig', 'none'],
    }),
    says: 'the kubeconfig FOLDER/none cannot be read: no such file',
  },
  {
    name: 'files of KUBECONFIG that do not exist',
    scene: () => ({ files: {}, variable: 'a:b' }),
    says: 'none of the kubeconfigs that KUBECONFIG names exists: FOLDER/a, FOLDER/b',
  },
  {
    name: 'a folder',
    scene: () => ({ files: { 'kubeconfig/x': '' } }),
    says: 'the kubeconfig FOLDER/kubeconfig cannot be read: it is a directory',
  },
]
