import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { httpApi } from './fixtures/apis.ts'
import { temporaryFolder } from './fixtures/local-stack.ts'
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

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended as it should.
  }
}

async function isGone({ told }: Started): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      process.kill(told.pid, 0)
    } catch {
      return true
    }
    await wait(100)
  }
  return false
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
  it('ends when its parent is killed', async () => {
    const started = await start(true)
    started.process.kill('SIGKILL')
    expect(await isGone(started)).toBe(true)
    await expect(fetch(started.told.dynamodb)).rejects.toThrow()
  })
  it('runs on as long as its parent does (control)', async () => {
    const started = await start(true)
    await wait(1_200)
    expect((await fetch(started.told.url)).status).toBe(404)
  })
})
