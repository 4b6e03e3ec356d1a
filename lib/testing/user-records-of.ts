import type { SdkRecord, UserRecord } from '../../index';
import type { PutRecordsInput } from '../../testing';
import { deaggregate, KplError } from '../index';

export function userRecordsOf(putRecordsInput: PutRecordsInput): UserRecord[] {
  const entries = putRecordsInput?.Records;
  if (!Array.isArray(entries)) {
    throw new KplError('ERR_KPL_KINESIS_RECORD', 'the input of PutRecords must have Records: pass `command.input`');
  }
  return entries.flatMap((entry: NonNullable<PutRecordsInput['Records']>[number]) => {
    const { Data, PartitionKey, ExplicitHashKey } = entry;
    const record: SdkRecord = { Data, PartitionKey, SequenceNumber: '' };
    // Of a Kinesis record that is not an aggregate, the key outside is the user record's own.
    return deaggregate(record, {}).map((userRecord: UserRecord) =>
      userRecord.aggregated ? userRecord : { ...userRecord, explicitHashKey: ExplicitHashKey ?? null },
    );
  });
}
