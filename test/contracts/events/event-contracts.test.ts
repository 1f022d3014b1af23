import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EventBridgeReader } from '@rolecast/core/adapters/bus/event-bridge-reader'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../../events')
const now = 1_762_000_000_000

/** Every event that a bus may bring us, and every version of it that was ever promised: none may go while replays can bring it. */
const contracts = [
  { folder: 'account-stated', version: 'v1', type: 'Account Stated' },
  { folder: 'account-hinted', version: 'v1', type: 'Account Hinted' },
] as const

function samples(folder: string, version: string, verdict: 'accepted' | 'refused') {
  const path = join(root, folder, 'samples', version, verdict)
  return readdirSync(path).map((file) => [file, JSON.parse(readFileSync(join(path, file), 'utf8'))] as const)
}

async function read(type: string, detail: unknown) {
  const envelope = { version: '0', id: 'x', source: 'rolecast.ix-admin', 'detail-type': type, detail }
  const [outcome, ...others] = await new EventBridgeReader().readEvents(JSON.stringify(envelope), now)
  expect(others).toEqual([])
  return outcome
}

describe.each(contracts)('$type, $version', ({ folder, version, type }) => {
  const schema = JSON.parse(readFileSync(join(root, folder, `${version}.schema.json`), 'utf8'))
  const validate = new Ajv2020({ allErrors: true, strict: true }).compile(schema)

  it.each(samples(folder, version, 'accepted'))('takes %s, by its schema and in the code', async (_file, detail) => {
    expect(validate(detail), JSON.stringify(validate.errors)).toBe(true)
    const outcome = await read(type, detail)
    expect(outcome).toMatchObject({ ok: true, value: { eventId: detail.eventId, occurredAt: detail.occurredAt } })
  })

  it.each(samples(folder, version, 'refused'))('refuses %s, by its schema and in the code', async (file, detail) => {
    expect(validate(detail)).toBe(false)
    const code = file === 'no-version.json' ? 'event_without_version' : 'event_malformed'
    expect(await read(type, detail)).toMatchObject({ ok: false, refusal: { code } })
  })

  it('is closed, and bounds every text and list', () => {
    const open = (each: unknown): boolean =>
      typeof each === 'object' &&
      each !== null &&
      (('type' in each &&
        each.type === 'object' &&
        !('additionalProperties' in each && each.additionalProperties === false)) ||
        ('type' in each && each.type === 'string' && !('pattern' in each)) ||
        ('type' in each && each.type === 'array' && !('maxItems' in each)) ||
        Object.values(each).some(open))
    expect(open(schema)).toBe(false)
    expect(open({ ...schema, additionalProperties: true })).toBe(true)
  })
})

describe('every contract of the bus', () => {
  it('is held here, in every version that is in its folder', () => {
    const versions = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => /^account-[a-z]+[\\/]v\d+\.schema\.json$/.test(file))
      .map((file) => file.replaceAll('\\', '/'))
    expect(versions.toSorted()).toEqual(
      contracts.map(({ folder, version }) => `${folder}/${version}.schema.json`).toSorted(),
    )
  })
})
