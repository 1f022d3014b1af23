import type { IdentityAdmin, PullOutcome } from '@rolecast/core/application/ports'
import type { AccountKey, AccountStatement, RoleAssignment } from '@rolecast/core/domain/assignment/statement'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'

export type SourceFault = 'slow' | 'down' | 'garbage' | 'partial' | 'rate_limit'

/** What a source gives beside the content: versions of its own, validators for conditional reads. */
export interface SourceGives {
  readonly versions: boolean
  readonly validators: boolean
}

/** An identity admin whose truth the suite can change and spoil. */
export interface IdentityAdminRig {
  readonly admin: IdentityAdmin
  replaceRoles(key: AccountKey, roles: readonly RoleAssignment[]): Promise<void>
  /** From now on, for one account or for every request. */
  spoil(fault: SourceFault, account?: AccountKey): void
  recover(): void
  close(): Promise<void>
}

const QUINN = { organization: 'acme', account: 'acct-quinn' }
const RORY = { organization: 'acme', account: 'acct-rory' }
const VIEWER = { application: 'customer-v2', role: 'flow_viewer' }
const PUBLISHER = { application: 'customer-v2', role: 'flow_publisher' }
const deadlineMs = 2_000

/** The accounts a rig starts with, each in version 1. More than one page of any page size up to 200. */
export const contractAccounts: readonly Pick<AccountStatement, 'organization' | 'account' | 'status' | 'roles'>[] = [
  { ...QUINN, status: 'active', roles: [VIEWER] },
  { ...RORY, status: 'inactive', roles: [VIEWER, PUBLISHER] },
  ...Array.from({ length: 250 }, (_, index) => ({
    organization: 'acme',
    account: `many-${String(index).padStart(4, '0')}`,
    status: 'active' as const,
    roles: [],
  })),
  { organization: 'globex', account: 'acct-quinn', status: 'active', roles: [] },
]

const ends: Readonly<Record<Exclude<SourceFault, 'slow'>, object>> = {
  down: { outcome: 'unavailable', cause: 'network' },
  garbage: { outcome: 'garbage', detail: expect.any(String) },
  partial: { outcome: 'partial' },
  rate_limit: { outcome: 'unavailable', cause: 'rate_limited', retryAfterMs: expect.any(Number) },
}

/** What every identity admin adapter owes the use cases. */
export function identityAdminContract(
  name: string,
  { versions, validators }: SourceGives,
  start: () => Promise<IdentityAdminRig>,
): void {
  describe(`identity admin contract: ${name}`, () => {
    let rig: IdentityAdminRig
    beforeAll(async () => {
      rig = await start()
    })
    afterEach(() => rig.recover())
    afterAll(() => rig.close())

    test('states the whole account', async () => {
      const key = { organization: 'acme', account: 'many-0007' }
      expect(await rig.admin.readAccount(key, { deadlineMs })).toEqual({
        outcome: 'statement',
        statement: {
          ...key,
          ...(versions && { version: 1 }),
          status: 'active',
          roles: [],
          occurredAt: expect.any(Number),
        },
        ...(validators && { etag: expect.stringMatching(/".+"$/) }),
      })
    })

    test('states an inactive account as inactive, whatever its roles', async () => {
      const read = await rig.admin.readAccount(RORY, { deadlineMs })
      expect(read).toMatchObject({ statement: { status: 'inactive' } })
      expect(rolesOf(read)).toEqual(['flow_publisher', 'flow_viewer'])
    })

    test('states what has changed', async () => {
      await rig.replaceRoles(QUINN, [PUBLISHER])
      expect(rolesOf(await rig.admin.readAccount(QUINN, { deadlineMs }))).toEqual(['flow_publisher'])
      await rig.replaceRoles(QUINN, [])
      expect(rolesOf(await rig.admin.readAccount(QUINN, { deadlineMs }))).toEqual([])
      await rig.replaceRoles(QUINN, [VIEWER])
    })

    test.runIf(versions)('counts versions up by one', async () => {
      const versionNow = async () => {
        const read = await rig.admin.readAccount(QUINN, { deadlineMs })
        return read.outcome === 'statement' ? read.statement.version : undefined
      }
      const before = (await versionNow()) ?? Number.NaN
      await rig.replaceRoles(QUINN, [PUBLISHER])
      expect(await versionNow()).toBe(before + 1)
      await rig.replaceRoles(QUINN, [VIEWER])
      expect(await versionNow()).toBe(before + 2)
    })

    test.runIf(validators)('says unchanged for the newest validator only', async () => {
      const before = await rig.admin.readAccount(QUINN, { deadlineMs })
      if (before.outcome !== 'statement' || before.etag === undefined) throw new Error(before.outcome)
      expect(await rig.admin.readAccount(QUINN, { etag: before.etag, deadlineMs })).toEqual({ outcome: 'unchanged' })
      await rig.replaceRoles(QUINN, [VIEWER, PUBLISHER])
      const after = await rig.admin.readAccount(QUINN, { etag: before.etag, deadlineMs })
      expect(rolesOf(after)).toEqual(['flow_publisher', 'flow_viewer'])
      const other = await rig.admin.readAccount(QUINN, { etag: '"something else"', deadlineMs })
      expect(rolesOf(other)).toEqual(rolesOf(after))
    })

    test.runIf(!validators)('never says unchanged', async () => {
      for (const etag of ['"1"', '"something else"', 'none']) {
        expect(await rig.admin.readAccount(QUINN, { etag, deadlineMs })).toMatchObject({ outcome: 'statement' })
      }
    })

    test.each([
      ['an account nobody has', { organization: 'acme', account: 'acct-nobody' }],
      ['an organization nobody has', { organization: 'initech', account: 'acct-quinn' }],
      ['the account of another organization', { organization: 'globex', account: 'acct-rory' }],
      ['a name that climbs the path', { organization: 'acme', account: '..' }],
      ['a name with a path in it', { organization: 'acme', account: '../../../globex/accounts/acct-quinn' }],
      ['a name with a query in it', { organization: 'acme', account: 'acct-quinn?x=1' }],
      ['an empty name', { organization: 'acme', account: '' }],
      ['half a surrogate pair', { organization: 'acme', account: 'a\ud800' }],
    ])('finds no %s', async (_, key) => {
      expect(await rig.admin.readAccount(key, { deadlineMs })).toEqual({ outcome: 'not_found' })
    })

    test.each(Object.entries(ends))(
      'a source that is or gives %s ends an account read in a named outcome',
      async (fault, end) => {
        rig.spoil(fault as SourceFault, QUINN)
        expect(await rig.admin.readAccount(QUINN, { deadlineMs: 900 })).toEqual(end)
      },
    )

    test('a source that is slow ends in timeout, at the deadline', async () => {
      rig.spoil('slow')
      const startedAt = performance.now()
      expect(await rig.admin.readAccount(QUINN, { deadlineMs: 150 })).toEqual({ outcome: 'timeout' })
      const tookMs = performance.now() - startedAt
      expect(tookMs).toBeGreaterThan(140)
      expect(tookMs).toBeLessThan(5_000)
    })

    test('a deadline that is over already is a timeout', async () => {
      for (const over of [0, -1, Number.NaN]) {
        expect(await rig.admin.readAccount(QUINN, { deadlineMs: over })).toEqual({ outcome: 'timeout' })
        expect(await rig.admin.listAccounts('acme', { deadlineMs: over })).toEqual({ outcome: 'timeout' })
      }
    })

    test('what happens to one account does not reach another', async () => {
      rig.spoil('garbage', QUINN)
      expect(await rig.admin.readAccount(RORY, { deadlineMs })).toMatchObject({ outcome: 'statement' })
    })

    test('pages show every account of the organization once', async () => {
      const seen: string[] = []
      let cursor: string | undefined
      let pages = 0
      do {
        const page = await rig.admin.listAccounts('acme', { ...(cursor === undefined ? {} : { cursor }), deadlineMs })
        if (page.outcome !== 'page') throw new Error(page.outcome)
        seen.push(...page.statements.map((each) => each.account))
        cursor = page.next
        pages += 1
      } while (cursor !== undefined && pages < 100)
      const expected = contractAccounts.filter((each) => each.organization === 'acme').map((each) => each.account)
      expect(seen.filter((each) => each !== 'zz-boss').toSorted()).toEqual(expected.toSorted())
      expect(pages).toBeGreaterThan(1)
    })

    test.each(Object.entries(ends))(
      'a source that is or gives %s ends a page in a named outcome',
      async (fault, end) => {
        rig.spoil(fault as SourceFault)
        expect(await rig.admin.listAccounts('acme', { deadlineMs: 900 })).toEqual(end)
      },
    )
  })
}

function rolesOf(read: PullOutcome): readonly string[] | undefined {
  return read.outcome === 'statement' ? read.statement.roles.map(({ role }) => role).toSorted() : undefined
}
