import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { httpApi } from './fixtures/apis.ts'
import { stageFolder } from './fixtures/stage-folder.ts'

const child = fileURLToPath(new URL('./fixtures/stop-child.ts', import.meta.url))

interface Started {
  readonly process: ChildProcess
  readonly lines: AsyncIterator<string>
  readonly told: { readonly pid: number; readonly url: string; readonly dynamodb: string }
}

/** @param wrapped through a shell that does not hand signals on, as npm does. */
async function start(wrapped: boolean): Promise<Started> {
  const folder = stageFolder({
    One: {
      functions: { Busy: { code: 'export const handler = () => new Promise(() => {})', timeout: 30 } },
      resources: httpApi({ routes: { 'GET /busy': { function: 'Busy' } } }),
    },
  })
  onTestFinished(() => folder[Symbol.dispose]())
  const shell = wrapped ? ['sh', '-c', '"$@"; exit $?', 'sh'] : []
  const [program = '', ...args] = [...shell, process.execPath, child, folder.outdir, temporaryFolder()]
  const started = spawn(program, args, { stdio: ['ignore', 'pipe', wrapped ? 'ignore' : 'inherit'] })
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]()
  const { value } = await lines.next()
  const told = JSON.parse(String(value)) as Started['told']
  onTestFinished(() => end(told.pid))
  return { process: started, lines, told }
}

/** Asks, and does not kill: it ends its emulator itself. */
async function end(pid: number): Promise<void> {
  if (signalled(pid, 'SIGTERM')) await isGone(pid)
}

async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    if (!signalled(pid, 0)) return true
    await wait(100)
  }
  return false
}

function signalled(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}

describe('a running local stack', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends on %s with everything it started, even while a function is busy',
    async (signal) => {
      const started = await start(false)
      const busy = fetch(`${started.told.url}/busy`).catch(() => 'cut off')
      await wait(100)
      started.process.kill(signal)
      const [code] = await once(started.process, 'exit')
      expect(code).toBe(0)
      expect((await started.lines.next()).value).toBe('"stopped"')
      expect(await busy).toBe('cut off')
      await expect(fetch(started.told.dynamodb)).rejects.toThrow()
    },
  )
  it('takes a signal that comes twice at once, from the terminal and from npm, as one request', async () => {
    const started = await start(false)
    started.process.kill('SIGINT')
    await wait(5)
    started.process.kill('SIGINT')
    const [code] = await once(started.process, 'exit')
    expect(code).toBe(0)
    expect((await started.lines.next()).value).toBe('"stopped"')
  })
  it('ends when its parent is killed', async () => {
    const started = await start(true)
    started.process.kill('SIGKILL')
    expect(await isGone(started.told.pid)).toBe(true)
    await expect(fetch(started.told.dynamodb)).rejects.toThrow()
  })
  it('runs on as long as its parent does (control)', async () => {
    const started = await start(true)
    await wait(1_200)
    expect((await fetch(started.told.url)).status).toBe(404)
  })
})
