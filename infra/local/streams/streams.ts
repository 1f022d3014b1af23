import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import { DataFile } from '../data-file.ts'
import type { Functions } from '../lambda/functions.ts'
import type { Log } from '../lambda/log.ts'
import type { Queues } from '../queues/queues.ts'
import type { EventSourceMapping } from './event-source-mapping.ts'
import { processBatch } from './process-batch.ts'
import { type Shard, type StreamRecord, streamClient } from './stream-client.ts'

/** The functions that read streams, at work. */
export interface Streams {
  /** When everything that was in the streams at the call has been taken or given up. */
  settled(): Promise<void>
  stop(): Promise<void>
}

export interface StreamsOptions {
  readonly endpoint: string
  readonly mappings: readonly EventSourceMapping[]
  readonly functions: Functions
  readonly queues: Queues
  readonly log: Log
  /** Where it is kept how far each function has read. */
  readonly dataFolder: string | undefined
  /** Milliseconds between two looks; Lambda looks four times a second. */
  readonly pollMs?: number
  /** Milliseconds before each new try of a failed batch. */
  readonly retryDelays?: readonly number[]
}

/** How far each function has read each shard: sequence numbers by mapping and shard. */
const checkpointsFile = v.record(v.string(), v.string())

export async function openStreams(options: StreamsOptions): Promise<Streams> {
  const {
    endpoint,
    mappings,
    functions,
    queues,
    log,
    dataFolder,
    pollMs = 250,
    retryDelays = [500, 1_000, 5_000],
  } = options
  const client = streamClient(endpoint)
  const stopping = new AbortController()
  const file =
    dataFolder === undefined
      ? undefined
      : new DataFile({ path: join(dataFolder, 'streams.json'), what: 'the stream readers', schema: checkpointsFile })
  const checkpoints: Record<string, string> = { ...(await file?.read()) }

  const advance = async (key: string, records: readonly StreamRecord[]) => {
    const last = records.at(-1)?.dynamodb.SequenceNumber
    if (last === undefined) return
    checkpoints[key] = last
    await file?.write(checkpoints)
  }
  const drain = async (mapping: EventSourceMapping, shard: Shard): Promise<void> => {
    const key = `${mapping.id} ${shard.streamArn} ${shard.shardId}`
    const pool = functions.find(mapping.functionName)
    for (let more = true; more && !stopping.signal.aborted; ) {
      const records = await client.recordsAfter(shard, checkpoints[key], mapping.batchSize)
      await processBatch(records.filter(changesSomething).map(asEvent(pool.definition.region, shard)), {
        mapping,
        invoke: (batch) => pool.invoke({ Records: batch }),
        discard: (batch) => discard(mapping, shard, batch),
        pause: (attempt) => wait(retryDelays[attempt] ?? retryDelays.at(-1), undefined, { signal: stopping.signal }),
        now: Date.now,
      })
      await advance(key, records)
      more = records.length === mapping.batchSize
    }
  }
  const discard = ({ onFailure, functionName }: EventSourceMapping, shard: Shard, batch: readonly StreamRecord[]) => {
    log('streams', `${functionName}: ${batch.length} records of ${shard.streamArn} given up`)
    if (onFailure === undefined) return
    queues.send(onFailure, {
      requestContext: { functionArn: functions.find(functionName).definition.arn, condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: {
        ...shard,
        startSequenceNumber: batch[0]?.dynamodb.SequenceNumber,
        endSequenceNumber: batch.at(-1)?.dynamodb.SequenceNumber,
        batchSize: batch.length,
      },
    })
  }
  const look = async (mapping: EventSourceMapping): Promise<void> => {
    const shards = await client.shards(mapping.table)
    await Promise.all(shards.map((shard) => drain(mapping, shard)))
  }
  /** A mapping that starts at the latest record skips what is there when it is first seen. */
  const skipOld = async (mapping: EventSourceMapping): Promise<void> => {
    for (const shard of await client.shards(mapping.table)) {
      const key = `${mapping.id} ${shard.streamArn} ${shard.shardId}`
      for (let more = checkpoints[key] === undefined; more; ) {
        const records = await client.recordsAfter(shard, checkpoints[key], 1_000)
        await advance(key, records)
        more = records.length > 0
      }
    }
  }
  /** Looks finished so far, by mapping. */
  const finished = new Map<EventSourceMapping, number>(mappings.map((mapping) => [mapping, 0]))
  const run = async (mapping: EventSourceMapping): Promise<void> => {
    while (!stopping.signal.aborted) {
      await look(mapping).catch((error: unknown) => {
        if (!stopping.signal.aborted) log('streams', `${mapping.table}: ${String(error)}`)
      })
      finished.set(mapping, (finished.get(mapping) ?? 0) + 1)
      // It rejects only when polling is to stop, which the loop asks for itself.
      await wait(pollMs, undefined, { signal: stopping.signal }).catch(() => {})
    }
  }
  await Promise.all(mappings.filter(({ startAtLatest }) => startAtLatest).map(skipOld))
  const running = mappings.map(run)
  return {
    async settled() {
      // A look under way may have begun before the last write; the one after it has not.
      const goals = [...finished].map(([mapping, count]) => [mapping, count + 2] as const)
      const behind = () => goals.some(([mapping, goal]) => (finished.get(mapping) ?? 0) < goal)
      while (behind() && !stopping.signal.aborted) await wait(10)
    },
    async stop() {
      stopping.abort()
      await Promise.all(running)
    },
  }
}

/** The emulator records writes that change nothing; DynamoDB does not. */
function changesSomething({ eventName, dynamodb }: StreamRecord): boolean {
  const { OldImage, NewImage } = dynamodb
  return (
    eventName !== 'MODIFY' || OldImage === undefined || NewImage === undefined || !isDeepStrictEqual(OldImage, NewImage)
  )
}

function asEvent(awsRegion: string, { streamArn }: Shard) {
  return (record: StreamRecord): StreamRecord => ({ ...record, awsRegion, eventSourceARN: streamArn })
}
