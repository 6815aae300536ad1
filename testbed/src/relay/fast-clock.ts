/**
 * Loaded into a relay process before the relay (`node --import`): an hour of its time passes in six
 * minutes. So a test need not wait for minutes until a silent watch is given up, and no setting of the
 * relay is there only for that. What others measure, such as the API server's limits and the worker's
 * window for signatures, stays as it is; so do the timeouts of single connections.
 *
 * @module
 */
import { systemClock } from '../../../relay/src/queue/clock.ts'
import { speedUp } from './speedup.ts'

const PACE = 10

Object.assign(systemClock, speedUp({ ...systemClock }, PACE))

const timeout = AbortSignal.timeout.bind(AbortSignal)
AbortSignal.timeout = (ms) => timeout(ms / PACE)
