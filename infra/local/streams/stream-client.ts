/** A change of a table, as GetRecords gives it and as a function gets it. */
export interface StreamRecord {
  readonly eventID: string
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE'
  readonly dynamodb: {
    readonly SequenceNumber: string
    readonly ApproximateCreationDateTime: number
    readonly NewImage?: unknown
    readonly OldImage?: unknown
    readonly [other: string]: unknown
  }
  readonly [other: string]: unknown
}

export interface Shard {
  readonly streamArn: string
  readonly shardId: string
}

/** The streams of the emulator, read by sequence number: it shows the open shard as closed, and iterators do not last. */
export interface StreamClient {
  shards(table: string): Promise<readonly Shard[]>
  /** The records after a sequence number, oldest first; from the beginning without one. */
  recordsAfter(shard: Shard, sequenceNumber: string | undefined, limit: number): Promise<readonly StreamRecord[]>
}

export function streamClient(endpoint: string): StreamClient {
  const call = async <T>(operation: string, input: object): Promise<T> => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
        authorization: UNCHECKED_SIGNATURE,
      },
      body: JSON.stringify(input),
    })
    const answer: unknown = await response.json()
    if (response.ok) return answer as T
    throw new Error(`${operation}: ${JSON.stringify(answer)}`)
  }
  return {
    async shards(table) {
      const { Streams = [] } = await call<{ Streams?: { StreamArn: string }[] }>('ListStreams', { TableName: table })
      const found = await Promise.all(
        Streams.map(async ({ StreamArn: streamArn }) => {
          const { StreamDescription } = await call<{ StreamDescription: { Shards?: { ShardId: string }[] } }>(
            'DescribeStream',
            { StreamArn: streamArn },
          )
          return (StreamDescription.Shards ?? []).map(({ ShardId }) => ({ streamArn, shardId: ShardId }))
        }),
      )
      return found.flat()
    },
    async recordsAfter({ streamArn, shardId }, sequenceNumber, limit) {
      const { ShardIterator } = await call<{ ShardIterator: string }>('GetShardIterator', {
        StreamArn: streamArn,
        ShardId: shardId,
        ...(sequenceNumber === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: sequenceNumber }),
      })
      const { Records = [] } = await call<{ Records?: StreamRecord[] }>('GetRecords', { ShardIterator, Limit: limit })
      return Records
    },
  }
}

/** Emulators want the form of a signature and never check it. */
const UNCHECKED_SIGNATURE =
  'AWS4-HMAC-SHA256 Credential=local/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0'
