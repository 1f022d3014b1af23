import { describe, expect, it } from 'vitest'
import { MemoryIdentityAdmin } from '../memory/identity-admin.ts'
import { IdentityAdmins } from './identity-admins.ts'

const key = { organization: 'acme', account: 'ada' }
const statement = { ...key, version: 3, status: 'active' as const, roles: [], occurredAt: 0 }
const deadlineMs = 1_000

function twoSources() {
  const first = new MemoryIdentityAdmin({ statements: [statement] })
  const second = new MemoryIdentityAdmin({ statements: [{ ...statement, status: 'inactive' }] })
  return {
    first,
    second,
    admins: new IdentityAdmins(
      new Map([
        ['first', first],
        ['second', second],
      ]),
    ),
  }
}

describe('the choice among identity admins', () => {
  it('is the first where the organization names none', async () => {
    const { admins, second } = twoSources()
    expect(await admins.readAccount(key, { deadlineMs })).toMatchObject({ statement: { status: 'active' } })
    expect(await admins.listAccounts('acme', { deadlineMs })).toMatchObject({ statements: [{ status: 'active' }] })
    expect(second.calls).toEqual([])
  })

  it('is the one that the organization names', async () => {
    const { admins, first } = twoSources()
    const options = { deadlineMs, source: 'second' }
    expect(await admins.readAccount(key, options)).toMatchObject({ statement: { status: 'inactive' } })
    expect(await admins.listAccounts('acme', options)).toMatchObject({ statements: [{ status: 'inactive' }] })
    expect(first.calls).toEqual([])
  })

  it.each(['third', '', 'constructor'])('is refused for a name that is not configured: %j', async (source) => {
    const { admins, first, second } = twoSources()
    expect(await admins.readAccount(key, { deadlineMs, source })).toEqual({ outcome: 'refused', status: 404 })
    expect(await admins.listAccounts('acme', { deadlineMs, source })).toEqual({ outcome: 'refused', status: 404 })
    expect([...first.calls, ...second.calls]).toEqual([])
  })

  it('never takes the validator of one source to another', async () => {
    const { admins } = twoSources()
    const read = await admins.readAccount(key, { deadlineMs })
    if (read.outcome !== 'statement' || read.etag === undefined) throw new Error(read.outcome)
    const { etag } = read
    expect(await admins.readAccount(key, { deadlineMs, etag })).toEqual({ outcome: 'unchanged' })
    expect(await admins.readAccount(key, { deadlineMs, etag, source: 'second' })).toMatchObject({
      outcome: 'statement',
      statement: { status: 'inactive' },
    })
    // As one was stored before there were several sources.
    expect(await admins.readAccount(key, { deadlineMs, etag: '"3"' })).toMatchObject({ outcome: 'statement' })
  })

  it('needs one', () => {
    expect(() => new IdentityAdmins(new Map())).toThrow(TypeError)
  })
})
