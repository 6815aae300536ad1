import { ALTERNATIVE_NAMES } from './alternative-names.ts'
import { CERTIFICATION_REQUESTS } from './certification-requests.ts'
import { COMMON_NAMES } from './common-names.ts'
import type { HostileRequest } from './hostile-request.ts'
import { KEYS } from './keys.ts'
import { SUB_CAS } from './sub-cas.ts'
import { SUBJECTS } from './subjects.ts'
import { USAGES } from './usages.ts'

/** Every hostile request. */
export const HOSTILE: readonly HostileRequest[] = [
  ...COMMON_NAMES,
  ...ALTERNATIVE_NAMES,
  ...SUBJECTS,
  ...USAGES,
  ...SUB_CAS,
  ...KEYS,
  ...CERTIFICATION_REQUESTS,
]
