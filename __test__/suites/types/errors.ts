/// <reference types="jest" />
// Errors: a closed set of codes, to be told apart by a program.
import { KplError, type KplErrorCode } from 'kinesis-agg';
import { accepts, type Same, same, some } from './assert.js';

same<
  Same<
    KplErrorCode,
    | 'ERR_KPL_PARTITION_KEY'
    | 'ERR_KPL_EXPLICIT_HASH_KEY'
    | 'ERR_KPL_DATA'
    | 'ERR_KPL_RECORD_TOO_LARGE'
    | 'ERR_KPL_OPTION'
    | 'ERR_KPL_SHARD_MAP'
    | 'ERR_KPL_KINESIS_RECORD'
    | 'ERR_KPL_CHECKSUM'
    | 'ERR_KPL_MALFORMED'
    | 'ERR_KPL_INDEX'
    | 'ERR_KPL_NATIVE'
    | 'ERR_KPL_EXPIRED'
    | 'ERR_KPL_REFUSED'
    | 'ERR_KPL_BUFFER_FULL'
    | 'ERR_KPL_ABORTED'
    | 'ERR_KPL_CLOSED'
    | 'ERR_KPL_STREAM'
    | 'ERR_KPL_FAILED'
  >
>();

const caught = some<unknown>();
if (caught instanceof KplError) {
  same<Same<typeof caught.code, KplErrorCode>>();
  same<Same<typeof caught.recordIndex, number | undefined>>();
  same<Same<typeof caught.offset, number | undefined>>();
  accepts<Error>(caught);
  accepts<string>(caught.message);
  // @ts-expect-error no such code
  accepts<boolean>(caught.code === 'ERR_KPL_OTHER');
  // @ts-expect-error an error is read, not written
  caught.code = 'ERR_KPL_DATA';
}

// Anyone may make one, and Jest's toThrow takes the class, by ts-jest's types too.
accepts<KplError>(new KplError('ERR_KPL_DATA', 'message', { recordIndex: 1, offset: 2, cause: 'another' }));
accepts<(f: () => void) => void>((f) => expect(f).toThrow(KplError));
// @ts-expect-error a message alone has no code
new KplError('message');
// @ts-expect-error no such detail
new KplError('ERR_KPL_DATA', 'message', { index: 1 });

// A switch over the codes can be exhaustive.
export function sentence(code: KplErrorCode): string {
  switch (code) {
    case 'ERR_KPL_PARTITION_KEY':
    case 'ERR_KPL_EXPLICIT_HASH_KEY':
    case 'ERR_KPL_DATA':
    case 'ERR_KPL_RECORD_TOO_LARGE':
      return 'a user record is not right';
    case 'ERR_KPL_OPTION':
    case 'ERR_KPL_SHARD_MAP':
      return 'the settings are not right';
    case 'ERR_KPL_KINESIS_RECORD':
    case 'ERR_KPL_CHECKSUM':
    case 'ERR_KPL_MALFORMED':
    case 'ERR_KPL_INDEX':
      return 'a Kinesis record is not right';
    case 'ERR_KPL_NATIVE':
      return 'no binary';
    case 'ERR_KPL_EXPIRED':
    case 'ERR_KPL_REFUSED':
    case 'ERR_KPL_BUFFER_FULL':
    case 'ERR_KPL_ABORTED':
    case 'ERR_KPL_CLOSED':
    case 'ERR_KPL_STREAM':
    case 'ERR_KPL_FAILED':
      return 'not sent';
  }
}
