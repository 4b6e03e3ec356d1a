// The same function as an ES module.

import { deaggregate } from 'kinesis-agg';

export const handler = async (event) => {
  let bytes = 0;
  const userRecords = deaggregate(event.Records);
  for (const { data } of userRecords) bytes += data.length;
  return { userRecords: userRecords.length, bytes };
};
