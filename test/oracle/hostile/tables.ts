import { ALTERNATIVE_NAMES } from './alternative-names.ts'
import { CERTIFICATION_REQUESTS } from './certification-requests.ts'
import { COMMON_NAME_FORMS } from './common-name-forms.ts'
import { COMMON_NAMES } from './common-names.ts'
import { HOST_NAMES } from './host-names.ts'
import type { HostileRequest } from './hostile-request.ts'
import { KEYS } from './keys.ts'
import { SUB_CA_CONSTRAINTS } from './sub-ca-constraints.ts'
import { SUB_CAS } from './sub-cas.ts'
import { SUBJECTS } from './subjects.ts'
import { USAGES } from './usages.ts'

/** Every hostile request. */
export const HOSTILE: readonly HostileRequest[] = [
  ...COMMON_NAMES,
  ...COMMON_NAME_FORMS,
  ...HOST_NAMES,
  ...ALTERNATIVE_NAMES,
  ...SUBJECTS,
  ...USAGES,
  ...SUB_CAS,
  ...SUB_CA_CONSTRAINTS,
  ...KEYS,
  ...CERTIFICATION_REQUESTS,
]
