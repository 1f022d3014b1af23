import { describe, expect, it } from 'vitest'
import { reconcileWorld, statement } from '../test/support/reconcile-world.ts'
import { receipts, release, start, status, stop } from './reconcile-commands.ts'
import { CannotBeDone } from './stage-command.ts'

const names = Array.from({ length: 12 }, (_, index) => `account-${String(index).padStart(2, '0')}`)

async function setUp() {
  const world = await reconcileWorld({ statements: names.map((name) => statement(name)) })
  const lines: string[] = []
  const { runs } = world.stores
  const commands = {
    ...world.dependencies,
    runs,
    say: (line: string) => void lines.push(line),
    // In place of the function that makes the steps.
    wait: async () => {
      await world.step()
      world.pass(1_000)
    },
  }
  return { world, commands, lines }
}

describe('npm run reconcile', () => {
  it('begins a run, says how far it is, and shows its receipt', async () => {
    const { commands, lines } = await setUp()
    await status(commands)
    await start(commands, 'acme', { by: 'ada', wait: true })
    expect(lines[0]).toBe('no organization has been reconciled yet')
    expect(lines[1]).toMatch(/^acme: run id-\d+ begins$/)
    expect(lines).toContainEqual(expect.stringMatching(/^acme: running, walk · 2 pages · 6 accounts listed · 6 new/))
    expect(lines.at(-1)).toMatch(
      /^acme: zero drift as of 2025-\S+Z · 12 compared, 12 new · found 0, repaired 0, left 0 · buckets 64\/64 \w{16} · \d/,
    )
    lines.length = 0
    await status(commands)
    await receipts(commands, 'acme', 5)
    expect(lines).toHaveLength(2)
  })

  it('shows what brakes and why, releases it in somebody’s name, and does nothing twice', async () => {
    const { world, commands, lines } = await setUp()
    await start(commands, 'acme', { by: 'ada', wait: true })
    for (const name of names.slice(0, 11)) world.source.remove(statement(name))
    const { run, state } = await start(commands, 'acme', { by: 'ada', wait: true })
    expect(state).toBe('braked')
    await expect(start(commands, 'acme', { by: 'ada', wait: false })).rejects.toThrow('is braked')
    await expect(start(commands, 'nobody', { by: 'ada', wait: false })).rejects.toThrow('There is no organization')
    lines.length = 0
    await status(commands)
    expect(lines.join('\n')).toContain('would take 11 roles from 11 of 12 accounts:\n  account-')
    await release(commands, 'acme', { run, by: 'bob', wait: true })
    expect(lines.at(-1)).toContain('released by bob at ')
    await expect(release(commands, 'acme', { run, by: 'bob', wait: false })).rejects.toThrow('is done')
    await expect(stop({ ...commands, rules: world.dependencies.rules }, 'acme', run)).rejects.toThrow(CannotBeDone)
  })

  it('stops a run', async () => {
    const { world, commands, lines } = await setUp()
    const { run } = await start(commands, 'acme', { by: 'ada', wait: false })
    await stop({ ...commands, rules: world.dependencies.rules }, 'acme', run)
    await receipts(commands, 'acme', 1)
    expect(lines.at(-1)).toMatch(/^acme: stopped \(stopped_by_person\)/)
    await receipts(commands, 'nobody', 1)
    expect(lines.at(-1)).toBe('nobody has no receipt yet')
  })
})
