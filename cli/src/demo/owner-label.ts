/** Label of every object that the demo creates. */
export const LABEL = 'app.kubernetes.io/managed-by'

/** Its value. */
export const OWNER = 'edge-issuer-demo'

/** Arguments of kubectl that remove these objects; namespaces and CRDs take the objects in them with them. */
export const REMOVE_ARGUMENTS = `delete namespaces,customresourcedefinitions,clusterroles,clusterrolebindings -l ${LABEL}=${OWNER}`
