// The package's own reference brings Node's types in: without it every Buffer would be `any`, and anything would do.
import { aggregate, deaggregate } from 'kinesis-agg';

const [entry] = aggregate([{ partitionKey: 'a', data: 'x' }]);
if (entry) both(entry.Data.readUInt8(0), entry.Data.toString('base64'));
for (const { data } of deaggregate([])) {
  both(data.readUInt8(0), data.toString('base64'));
  // @ts-expect-error no such method, so that it is not `any`
  data.noSuchMethod();
}

export function both(byte: number, text: string): [number, string] {
  return [byte, text];
}
