/** Extended key usages by object identifier, and usages as cert-manager names them. */
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
export const EMAIL_PROTECTION = '1.3.6.1.5.5.7.3.4'
export const TIMESTAMPING = '1.3.6.1.5.5.7.3.8'

export const SERVER_USAGES = ['digital signature', 'server auth'] as const
export const CLIENT_USAGES = ['digital signature', 'client auth'] as const
export const CA_USAGES = ['cert sign', 'crl sign'] as const
