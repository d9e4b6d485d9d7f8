/** Reading a stream of DynamoDB from now on. */
import type { _Record, DynamoDBStreamsClient, Shard } from '@aws-sdk/client-dynamodb-streams';

type Sdk = typeof import('@aws-sdk/client-dynamodb-streams');

type OnRecords = (records: readonly _Record[]) => void;

export interface StreamReader {
  /**
   * Hands over what was written since the last call, shard by shard. A shard that cannot be read fails the call, and the next one
   * goes on where this one was.
   */
  read(onRecords: OnRecords, abortSignal: AbortSignal): Promise<void>;
}

/** @param stream the name of a table, or the ARN of a stream */
export function streamReader(
  sdk: Sdk,
  client: DynamoDBStreamsClient,
  stream: string,
  { shardsMs }: { readonly shardsMs: number },
): StreamReader {
  let options: { abortSignal?: AbortSignal } = {};
  /** Where to read on, by shard. */
  const iterators = new Map<string, string>();
  let known: ReadonlySet<string> | undefined;
  let arn: string | undefined;
  let nextLook = 0;

  async function findStream(): Promise<string> {
    if (stream.startsWith('arn:')) return stream;
    const { Streams = [] } = await client.send(new sdk.ListStreamsCommand({ TableName: stream }), options);
    for (const { StreamArn } of Streams) {
      const command = new sdk.DescribeStreamCommand({ StreamArn, Limit: 1 });
      const { StreamDescription } = await client.send(command, options);
      if (StreamArn !== undefined && StreamDescription?.StreamStatus === 'ENABLED') return StreamArn;
    }
    throw new Error(`Table ${stream} has no stream. Enable one, with new images.`);
  }

  async function shardsOf(StreamArn: string): Promise<readonly Shard[]> {
    const shards: Shard[] = [];
    let ExclusiveStartShardId: string | undefined;
    do {
      const command = new sdk.DescribeStreamCommand({ StreamArn, ExclusiveStartShardId });
      const { StreamDescription } = await client.send(command, options);
      shards.push(...(StreamDescription?.Shards ?? []));
      ExclusiveStartShardId = StreamDescription?.LastEvaluatedShardId;
    } while (ExclusiveStartShardId !== undefined);
    return shards;
  }

  async function begin(StreamArn: string, ShardId: string, from: 'LATEST' | 'TRIM_HORIZON'): Promise<void> {
    const command = new sdk.GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: from });
    const { ShardIterator } = await client.send(command, options);
    if (ShardIterator !== undefined) iterators.set(ShardId, ShardIterator);
  }

  /** A shard that comes later takes the place of one that was read to its end, so that it is read from its beginning. */
  async function look(): Promise<void> {
    arn ??= await findStream();
    const StreamArn = arn;
    const shards = await shardsOf(StreamArn);
    const isFirst = known === undefined;
    const added = shards.filter(
      ({ ShardId, SequenceNumberRange }) =>
        !known?.has(ShardId ?? '') &&
        !iterators.has(ShardId ?? '') &&
        !(isFirst && SequenceNumberRange?.EndingSequenceNumber),
    );
    await Promise.all(
      added.map(({ ShardId = '' }) => begin(StreamArn, ShardId, isFirst ? 'LATEST' : 'TRIM_HORIZON')),
    );
    known = new Set(shards.map(({ ShardId }) => ShardId ?? ''));
    nextLook = performance.now() + shardsMs;
  }

  async function readShard(
    [shard, ShardIterator]: readonly [string, string],
    onRecords: OnRecords,
  ): Promise<void> {
    const command = new sdk.GetRecordsCommand({ ShardIterator });
    const { Records = [], NextShardIterator } = await client.send(command, options).catch(async (error) => {
      // What is left was written later: DynamoDB Local says so of a shard that had no records before, too.
      if (!(error instanceof sdk.TrimmedDataAccessException) || arn === undefined) throw error;
      await begin(arn, shard, 'TRIM_HORIZON');
      return { Records: [], NextShardIterator: iterators.get(shard) };
    });
    if (NextShardIterator !== undefined) {
      iterators.set(shard, NextShardIterator);
    } else {
      iterators.delete(shard);
      nextLook = 0;
    }
    onRecords(Records);
  }

  return {
    async read(onRecords, abortSignal) {
      options = { abortSignal };
      if (performance.now() >= nextLook) await look();
      const shards = await Promise.allSettled([...iterators].map((shard) => readShard(shard, onRecords)));
      for (const shard of shards) if (shard.status === 'rejected') throw shard.reason;
    },
  };
}
