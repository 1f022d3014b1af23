import { createServer } from 'node:http'
import { join } from 'node:path'
import { openAssembly } from '../assembly/assembly.ts'
import { openBus } from '../bus/bus.ts'
import { readBusPolicies } from '../bus/bus-policy.ts'
import type { DeliveryContext } from '../bus/deliver.ts'
import { readRules } from '../bus/rule.ts'
import { startDynamoDb } from '../emulators/dynamodb.ts'
import { createTable } from '../emulators/dynamodb-table.ts'
import { startKms } from '../emulators/kms.ts'
import { listenForApis } from '../gateway/open-gateway.ts'
import type { Invocation } from '../lambda/function-pool.ts'
import { openFunctions } from '../lambda/functions.ts'
import type { Log } from '../lambda/log.ts'
import { readPermissions } from '../lambda/permissions.ts'
import { listen } from '../listen.ts'
import { feedFunctions } from '../queues/feed-functions.ts'
import { readQueueMappings } from '../queues/queue-mapping.ts'
import { openQueues } from '../queues/queues.ts'
import { openSchedules } from '../schedules/schedules.ts'
import { awsJsonServices } from '../services/aws-json.ts'
import { openParameters } from '../services/parameters.ts'
import { openSecrets } from '../services/secrets.ts'
import { openSqs } from '../services/sqs.ts'
import { readEventSourceMappings } from '../streams/event-source-mapping.ts'
import { openStreams } from '../streams/streams.ts'
import { sweepExpired } from '../streams/sweep-expired.ts'
import { readTables } from '../streams/tables.ts'
import type { LocalPorts } from './local-ports.ts'
import { openLogFile } from './log-file.ts'
import { runTriggers } from './run-triggers.ts'

export interface LocalStackOptions {
  /** The synthesized assembly, `cdk.out`. */
  readonly assembly: string
  /** Name of the CDK Stage, whole or its last part. */
  readonly stage: string
  /** Keeps tables, keys, secrets and queues between starts; without it, all is in memory. */
  readonly dataFolder?: string
  readonly ports: LocalPorts
  /** SecretString by the end of the construct path; see openSecrets. */
  readonly secrets?: Readonly<Record<string, string>>
  /** Values of template parameters. */
  readonly parameters?: Readonly<Record<string, string>>
  /** What functions and services say. Default: `local.log` in the data folder. */
  readonly log?: Log
  /** Instances of each function at the same time. */
  readonly concurrency?: number
}

/** The stacks of a stage, alive. */
export interface LocalStack {
  /** API name -> `http://127.0.0.1:<port>`, without stage. */
  readonly urls: Readonly<Record<string, string>>
  /** Stack -> output -> value. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly endpoints: { readonly dynamodb: string; readonly kms: string; readonly services: string }
  readonly tables: readonly string[]
  /** @param name function name, ARN or end of the construct path. */
  invoke(name: string, event: unknown): Promise<Invocation>
  /** @param entries as PutEvents takes them. */
  putEvents(entries: readonly object[]): Promise<object>
  /** Runs a schedule now, by its name or the end of its construct path. */
  runSchedule(name: string): Promise<void>
  /** What is in a queue now, as it was sent. */
  queue(name: string): readonly unknown[]
  /** When every event, message and stream record so far is delivered or given up. */
  settled(): Promise<void>
  close(): Promise<void>
}

/**
 * Gives life to the stacks of one stage: tables, functions, APIs, bus, schedules and streams, as the templates describe them.
 *
 * @throws LocalError, PortOccupied, CorruptDataFile, EmulatorMissing. Each message says what to do; nothing is left running.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  await using opened = new AsyncDisposableStack()
  const { dataFolder, ports } = options
  const inFolder = (name: string) => (dataFolder === undefined ? undefined : join(dataFolder, name))
  const log = options.log ?? logInto(inFolder('local.log'), opened)
  const { parameters = {} } = options
  const source = { outdir: options.assembly, stage: options.stage, parameters }

  const gateway = await listenForApis(openAssembly(source), { ports: ports.apis, log })
  opened.defer(() => gateway.close())
  const assembly = openAssembly({ ...source, localize: gateway.localize })
  for (const warning of assembly.warnings()) log('local stack', warning)

  const dynamodb = await startDynamoDb(withFile(ports.dynamodb, inFolder('dynamodb.db')))
  opened.defer(() => dynamodb.stop())
  const kms = await startKms(withFile(ports.kms, inFolder('kms.json')))
  opened.defer(() => kms.stop())
  const tables = readTables(assembly)
  for (const table of tables) await createTable(dynamodb.endpoint, table)

  const getSecretValue = await openSecrets(assembly, { given: options.secrets ?? {}, dataFolder })
  const server = createServer()
  const services = await listen(server, { what: 'the local services (events, secrets)', port: ports.services })
  opened.defer(() => services.close())
  const endpoints = { dynamodb: dynamodb.endpoint, kms: kms.endpoint, services: services.url }
  const functions = openFunctions(assembly, {
    endpoints: {
      DYNAMODB: endpoints.dynamodb,
      KMS: endpoints.kms,
      EVENTBRIDGE: services.url,
      SECRETS_MANAGER: services.url,
      SQS: services.url,
      SSM: services.url,
    },
    log,
    ...(options.concurrency === undefined ? {} : { concurrency: options.concurrency }),
  })
  opened.defer(() => functions.close())

  const mayInvoke = readPermissions(assembly)
  const queues = openQueues(assembly, inFolder('queues'))
  const delivery: DeliveryContext = { functions, mayInvoke, queues, log }
  const rules = readRules(assembly)
  const buses = assembly.resources('AWS::Events::EventBus')
  const account = buses[0]?.account ?? '000000000000'
  const bus = openBus({
    ...delivery,
    rules,
    buses: buses.map(({ ref }) => ref),
    account,
    denies: readBusPolicies(assembly, account, log),
    region: buses[0]?.region ?? 'eu-west-1',
  })
  server.on(
    'request',
    awsJsonServices({
      'AWSEvents.PutEvents': bus.putEvents,
      ...openSqs(queues),
      'AmazonSSM.GetParameter': openParameters(assembly),
      'RolecastLocal.CountInvocations': async () => functions.counts(),
      'secretsmanager.GetSecretValue': getSecretValue,
    }),
  )

  await runTriggers(assembly, functions)
  const schedules = openSchedules(assembly, rules, delivery)
  opened.defer(() => schedules.stop())
  const mappings = readEventSourceMappings(assembly)
  const streams = await openStreams({ endpoint: dynamodb.endpoint, mappings, functions, queues, log, dataFolder })
  opened.defer(() => streams.stop())
  const feeds = feedFunctions({ mappings: readQueueMappings(assembly), queues, functions, log })
  opened.defer(() => feeds.stop())
  opened.defer(sweepExpired({ endpoint: dynamodb.endpoint, tables, log }))
  gateway.open(assembly, { functions, mayInvoke, log, now: Date.now })
  // Also the first to close: no request comes any more when the functions end.
  opened.defer(() => gateway.close())

  const running = opened.move()
  return {
    urls: gateway.urls,
    outputs: assembly.outputs(),
    endpoints,
    tables: tables.map(({ TableName }) => TableName ?? ''),
    invoke: async (name, event) => functions.find(name).invoke(event),
    putEvents: (entries) => bus.putEvents({ Entries: entries }),
    runSchedule: (name) => schedules.run(name),
    queue: (name) => queues.messages(name),
    async settled() {
      await bus.settled()
      await feeds.settled()
      await streams.settled()
      await bus.settled()
      await feeds.settled()
    },
    close: () => running.disposeAsync(),
  }
}

function withFile(port: number, file: string | undefined) {
  return file === undefined ? { port } : { port, file }
}

function logInto(path: string | undefined, opened: AsyncDisposableStack): Log {
  if (path === undefined) return () => {}
  const file = openLogFile(path)
  opened.defer(() => file.close())
  return file.log
}
