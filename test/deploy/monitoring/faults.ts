import { many, type Scene } from './replicas.ts'

/** What goes wrong, and the alert that tells it. */
export interface Fault {
  readonly alert: string
  /** In words, and how it shows. */
  readonly what: string
  readonly scene: (minute: number) => Partial<Scene>
  /** Minutes until it fires, at least; what is reckoned over a window takes longer. */
  readonly afterMinutes: number
  /** How much longer. */
  readonly slackMinutes?: number
  readonly severity: string
  readonly summary: string | RegExp
}

export const FAULTS: readonly Fault[] = [
  {
    alert: 'EdgeIssuerNotReady',
    what: 'an Issuer',
    scene: () => ({ notReady: ['Issuer'] }),
    afterMinutes: 10,
    severity: 'warning',
    summary: 'Issuer default/ca is not Ready',
  },
  {
    alert: 'EdgeIssuerNotReady',
    what: 'a ClusterIssuer, which has no namespace',
    scene: () => ({ notReady: ['ClusterIssuer'] }),
    afterMinutes: 10,
    severity: 'warning',
    summary: 'ClusterIssuer ca is not Ready',
  },
  {
    alert: 'EdgeIssuerCaExpires',
    what: 'a CA with less than 180 days',
    scene: () => ({ caDays: 179.9 }),
    afterMinutes: 60,
    severity: 'warning',
    summary: /^The CA of Issuer default\/ca expires in 179d 20h/u,
  },
  {
    alert: 'EdgeIssuerRequestsNotApproved',
    what: 'requests that nobody approves',
    scene: () => ({ phases: ['waiting for approval', 'waiting for approval', 'done'] }),
    afterMinutes: 15,
    severity: 'warning',
    summary: '2 CertificateRequests are not approved',
  },
  {
    alert: 'EdgeIssuerRequestsPending',
    what: 'requests that nothing comes of',
    scene: () => ({ phases: ['pending', 'done'] }),
    afterMinutes: 15,
    severity: 'warning',
    summary: '1 approved CertificateRequests are not finished',
  },
  {
    alert: 'EdgeIssuerErrors',
    what: 'a third of the attempts fails',
    scene: () => ({ results: [...many('issued' as const, 20), ...many('retry' as const, 10)] }),
    afterMinutes: 15,
    slackMinutes: 10,
    severity: 'warning',
    summary: /^[23]\d\.\d+% of the sign requests fail$/u,
  },
  {
    alert: 'EdgeIssuerErrors',
    what: 'a worker that wants its operator, asked once a minute',
    scene: () => ({ results: ['issuer'] }),
    afterMinutes: 15,
    slackMinutes: 10,
    severity: 'warning',
    summary: /% of the sign requests fail$/u,
  },
  {
    alert: 'EdgeIssuerNoLeader',
    what: 'nobody leads',
    scene: () => ({ leader: undefined }),
    afterMinutes: 5,
    severity: 'critical',
    summary: 'No relay leads in namespace edge-issuer',
  },
  {
    alert: 'EdgeIssuerNoLeader',
    what: 'no relay answers',
    scene: () => ({ up: [false, false], leader: undefined }),
    afterMinutes: 5,
    severity: 'critical',
    summary: 'No relay leads in namespace edge-issuer',
  },
]
