import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take a minute or more, most of which they wait, longest first. The other files run beside
 * them; a file that is missing here is only started later.
 */
const LONG_FILES = [
  'test/pods/installed.test.ts',
  'test/e2e/cli/demo.test.ts',
  'test/e2e/failures/kills.test.ts',
  'test/e2e/cli/kubeconfig.test.ts',
  'test/e2e/failures/faults.test.ts',
  'test/e2e/failures/quiet.test.ts',
  'test/deploy/cluster/admission.test.ts',
  'test/e2e/failures/fault-table.test.ts',
  'test/e2e/leadership/frozen-leader.test.ts',
  'test/e2e/leadership/hand-over.test.ts',
  'test/e2e/failures/worker-answers.test.ts',
  'test/deploy/cluster/upgrades.test.ts',
  'test/oracle/checked/policy-properties.test.ts',
]

/** Starts long files early: one that is started last would be waited for by idle workers. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- a method of the sequencer
    const sorted = await super.sort(files)
    return sorted.toSorted(
      (one, other) => groupOf(one) - groupOf(other) || rankOf(one) - rankOf(other),
    )
  }
}

const groupOf = ({ project }: TestSpecification): number => project.config.sequence.groupOrder

const rankOf = ({ moduleId }: TestSpecification): number => {
  const rank = LONG_FILES.findIndex((file) => moduleId.endsWith(file))
  return rank === -1 ? LONG_FILES.length : rank
}
