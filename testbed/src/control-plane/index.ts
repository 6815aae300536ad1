export { BINARY_VARIABLE, type ControlPlaneBinary, findOrBuildBinary } from './binary.ts'
export type { CertManagerOptions } from './cert-manager.ts'
export { CERT_MANAGER_NAMESPACE } from './cert-manager-manifests.ts'
export {
  type ControlPlane,
  type ControlPlaneOptions,
  type StartProgress,
  startControlPlane,
} from './control-plane.ts'
export type { KubectlOptions } from './kubectl.ts'
export type { ServiceAccountRef } from './service-account.ts'
