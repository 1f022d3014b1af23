/**
 * Resolves when this process is asked to end: Ctrl-C, `kill`, or the death of its parent (npm leaves its children behind when
 * it is killed). A second signal ends it at once.
 */
export function untilAskedToStop(): Promise<void> {
  const parent = process.ppid
  return new Promise((resolve) => {
    const stop = () => {
      clearInterval(watch)
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.off(signal, stop)
        process.once(signal, () => process.exit(130))
      }
      resolve()
    }
    const watch = setInterval(() => {
      if (process.ppid !== parent) stop()
    }, 500)
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop)
  })
}
