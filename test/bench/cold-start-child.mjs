// One cold start: imports the bundle named in argv and prints the CPU of this process so far, user and system, in microseconds.
await import(process.argv[2])
const { user, system } = process.cpuUsage()
process.stdout.write(String(user + system))
process.exit(0)
