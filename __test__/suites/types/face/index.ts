// lib/index.ts against index.d.ts. Where the types are generic, the code is held to them for any Kinesis record.
import type * as declared from '../../../../index';
import * as face from '../../../../lib/index';

type Any = declared.KinesisRecord;

export const aggregate: typeof declared.aggregate = face.aggregate;
export const RecordAggregator: typeof declared.RecordAggregator = face.RecordAggregator;
export const deaggregate: typeof declared.deaggregate<Any> = face.deaggregate;
export const iterDeaggregate: typeof declared.iterDeaggregate<Any> = face.iterDeaggregate;
export const deaggregateAsync: typeof declared.deaggregateAsync<Any> = face.deaggregateAsync;
export const comparePositions: typeof declared.comparePositions = face.comparePositions;
export const isAggregated: typeof declared.isAggregated = face.isAggregated;
export const hashKey: typeof declared.hashKey = face.hashKey;

export const KplError: typeof declared.KplError = face.KplError;

// Its constructor is not for the user, so that only what it makes is compared.
export const batch: { readonly prototype: declared.UserRecordBatch } = face.UserRecordBatch;
type Batch = InstanceType<typeof face.UserRecordBatch>;
export const decode: (...args: Parameters<typeof declared.decode<Any>>) => Batch = face.decode;

// The shape that comes out is the one that went in, which JavaScript's types do not say.
type SameShape = Parameters<typeof declared.deaggregateRecords<Any>>;
export const deaggregateRecords: (...args: SameShape) => Any[] = face.deaggregateRecords;
export const iterDeaggregateRecords: (...args: SameShape) => IterableIterator<Any> = face.iterDeaggregateRecords;
export const iterAsyncRecords: (
  records: AsyncIterable<Any | Iterable<Any>>,
  options?: declared.DeaggregateOptions,
) => AsyncIterableIterator<Any> = face.iterDeaggregateRecords;

// No name more, no name less.
export const declaredNames: Record<keyof typeof declared, unknown> = face;
export const faceNames: keyof typeof face extends keyof typeof declared ? true : never = true;
