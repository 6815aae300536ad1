import { describe, it } from 'vitest'
import { type Plan, planChanges } from '../../../cli/src/clients/plan.ts'
import { aClientRecord, aJwks, anEntry } from '../support/client-entries.ts'

const OPTIONS = { prune: false, replaceJwks: false }
const a = anEntry()
const b = anEntry()

const kinds = ({ changes }: Plan): readonly string[] =>
  changes.map(({ kind, name }) => `${kind} ${name}`)

describe('a plan', () => {
  it('adds, changes and keeps', ({ expect }) => {
    const wanted = new Map([
      ['new', a],
      ['same', b],
      ['other', { ...a, certificatesPerMinute: 5 }],
    ])
    const records = [
      aClientRecord('other', a, 7),
      aClientRecord('same', b),
      aClientRecord('unlisted', a),
    ]
    const plan = planChanges(wanted, records, OPTIONS)
    expect(kinds(plan)).toEqual(['add new', 'change other'])
    expect(plan).toMatchObject({
      unchanged: 1,
      unlisted: ['unlisted'],
      changes: [
        {},
        { version: 7, members: [{ pointer: '/certificatesPerMinute', before: 1200, after: 5 }] },
      ],
    })
  })

  it('removes what is not in the file only when it prunes', ({ expect }) => {
    const records = [aClientRecord('one', a, 3)]
    expect(planChanges(new Map(), records, OPTIONS).changes).toEqual([])
    expect(planChanges(new Map(), records, { ...OPTIONS, prune: true }).changes).toEqual([
      { kind: 'remove', name: 'one', version: 3 },
    ])
  })

  it('takes a default for a member that is absent', ({ expect }) => {
    const { keys, issuers, profiles } = a
    const record = aClientRecord('one', { keys, issuers, profiles, unrestricted: true })
    expect(planChanges(new Map([['one', a]]), [record], OPTIONS).changes).toEqual([])
  })

  it('changes a client whose entry has a member that this version does not know', ({ expect }) => {
    const record = aClientRecord('one', { ...a, future: 1 })
    const { changes } = planChanges(new Map([['one', a]]), [record], OPTIONS)
    expect(changes).toMatchObject([{ members: [{ pointer: '/future', before: 1 }] }])
  })
})

const planOf = (inFile: object, inDirectory: object, replaceJwks = false): Plan =>
  planChanges(
    new Map([['one', anEntry({ keys: [], identity: inFile })]]),
    [aClientRecord('one', anEntry({ keys: [], identity: inDirectory }))],
    { prune: false, replaceJwks },
  )

describe('token keys that a relay has pushed', () => {
  const identity = {
    issuer: 'https://kubernetes.default.svc',
    jwks: aJwks('enrolled'),
    subjects: ['system:serviceaccount:edge-issuer:edge-issuer-relay'],
  }
  const pushed = { ...identity, jwks: aJwks('pushed') }
  it('stay, although the file has older ones', ({ expect }) => {
    expect(planOf(identity, pushed).changes).toEqual([])
  })

  it('stay when something else changes', ({ expect }) => {
    const subjects = ['system:serviceaccount:other:relay']
    const { changes } = planOf({ ...identity, subjects }, pushed)
    expect(changes).toMatchObject([
      {
        entry: { identity: { jwks: pushed.jwks, subjects } },
        members: [{ pointer: '/identity/subjects' }],
      },
    ])
  })

  it.for([
    { name: 'on request', inFile: identity, replaceJwks: true },
    { name: 'where pushing is off', inFile: { ...identity, jwksPush: false }, replaceJwks: false },
    {
      name: 'for another token issuer',
      inFile: { ...identity, issuer: 'https://other' },
      replaceJwks: false,
    },
  ])('are replaced $name', ({ inFile, replaceJwks }, { expect }) => {
    const { changes } = planOf(inFile, pushed, replaceJwks)
    expect(changes).toMatchObject([{ entry: { identity: { jwks: identity.jwks } } }])
  })
})
