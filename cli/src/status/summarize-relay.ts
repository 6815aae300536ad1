/**
 * Determines the leading relay and its version. Pure.
 *
 * @module
 */
import type { ApiError } from '@edge-issuer/relay/cluster'
import type { StatusScope, ClusterSnapshot } from './read-cluster.ts'
import type { RelayStatus } from './report.ts'

/** @param nowMs - Time of this machine, to which the age of the Lease is compared. */
export function summarizeRelay(
  { lease, pod }: ClusterSnapshot,
  { relayNamespace, leaseName }: StatusScope,
  nowMs: number,
): RelayStatus {
  const nothing = { leader: null, isLeading: false, renewedAt: null, version: null, image: null }
  const where = { namespace: relayNamespace, lease: leaseName }
  if (!lease.ok) {
    return { ...where, ...nothing, unknown: [`the leader: ${whyNoLease(lease.error)}`] }
  }
  const { holderIdentity, leaseDurationSeconds, renewTime } = lease.value.spec
  const renewedMs = renewTime === undefined ? Number.NaN : Date.parse(renewTime)
  const isHeld = holderIdentity !== ''
  const leading = {
    ...where,
    ...nothing,
    leader: isHeld ? holderIdentity : null,
    isLeading: isHeld && nowMs - renewedMs < leaseDurationSeconds * 1_000,
    renewedAt: renewTime ?? null,
  }
  if (pod === undefined) return { ...leading, unknown: ['the version: there is no leader'] }
  if (!pod.ok) return { ...leading, unknown: [`the version: ${pod.error.message}`] }
  const [{ image } = { image: '' }] = pod.value.spec.containers
  const version = pod.value.metadata.labels[VERSION_LABEL] ?? tagOf(image) ?? null
  const unknown = version === null ? [`the version: the Pod has no label ${VERSION_LABEL}`] : []
  return { ...leading, image, version, unknown }
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const VERSION_LABEL = 'app.kubernetes.io/version'

/** The tag of an image reference, after the last colon that is not part of a host. */
const tagOf = (image: string): string | undefined =>
  /:([^:/@]+)(?:@[^@]*)?$/.exec(image.replace(/@.*$/, ''))?.[1]

const whyNoLease = ({ kind, message }: ApiError): string =>
  kind === 'not-found'
    ? 'the Lease does not exist; no relay has run with --leader-elect in this namespace'
    : message
