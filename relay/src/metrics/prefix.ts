/** Of every metric that is ours alone. */
export const METRIC_PREFIX = 'edge_issuer'
