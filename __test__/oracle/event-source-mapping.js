'use strict';

// What Lambda's event source mapping does with one shard of a Kinesis stream: cuts batches, calls the function, and reads
// its answer. Rules: "Configuring partial batch response with Kinesis Data Streams and Lambda", AWS Lambda Developer Guide,
// and what localstack recorded on AWS (test_lambda_integration_kinesis, November 2025).

/** What the function answers when Lambda had to end it. */
const TIMED_OUT = Symbol('timed out');

/**
 * @typedef {object} Mapping
 * @property {number} batchSize
 * @property {number} [maximumRetryAttempts] -1 is without end
 * @property {number} [maximumRecordAgeMs]
 * @property {boolean} [bisectBatchOnFunctionError]
 * @property {boolean} [reportBatchItemFailures] whether FunctionResponseTypes names it; without, answers are not read
 * @property {() => number} [now] ms since 1970
 */

/**
 * Delivers the records of a shard, in order, until each is through or given up.
 *
 * @param {import('aws-lambda').KinesisStreamRecord[]} records
 * @param {(event: import('aws-lambda').KinesisStreamEvent) => Promise<unknown>} invoke the function; a rejection is its error
 * @param {Mapping} mapping
 * @returns {Promise<import('aws-lambda').KinesisStreamRecord[]>} those that were given up
 */
async function deliver(records, invoke, mapping) {
  const { batchSize, maximumRetryAttempts = -1, bisectBatchOnFunctionError = false } = mapping;
  const discarded = [];
  const batches = [];
  for (let i = 0; i < records.length; i += batchSize) batches.push(records.slice(i, i + batchSize));

  let retries = 0;
  while (batches.length > 0) {
    const batch = withoutOld(batches.shift(), mapping, discarded);
    if (batch.length === 0) continue;
    const reached = checkpoint(await outcomeOf(invoke, batch), batch, mapping);
    if (reached === batch.length) {
      retries = 0;
    } else if (reached > 0) {
      // Whatever advances begins with a fresh count.
      batches.unshift(batch.slice(reached));
      retries = 0;
    } else if (retries === maximumRetryAttempts) {
      discarded.push(...batch);
      retries = 0;
    } else if (bisectBatchOnFunctionError && batch.length > 1) {
      const middle = Math.ceil(batch.length / 2);
      batches.unshift(batch.slice(0, middle), batch.slice(middle));
      retries = 0;
    } else {
      batches.unshift(batch);
      retries++;
    }
  }
  return discarded;
}

const FAILED = Symbol('failed');

async function outcomeOf(invoke, batch) {
  try {
    const answer = await invoke({ Records: batch });
    return answer === TIMED_OUT ? FAILED : answer;
  } catch {
    return FAILED;
  }
}

/** How many records of the batch are through. */
function checkpoint(outcome, batch, { reportBatchItemFailures = true }) {
  if (outcome === FAILED) return 0;
  const failures = reportBatchItemFailures ? outcome?.batchItemFailures : undefined;
  if (failures == null || failures.length === 0) return batch.length;
  const places = failures.map((failure) =>
    batch.findIndex(({ kinesis }) => kinesis.sequenceNumber === failure?.itemIdentifier),
  );
  // An identifier that is empty, or names no record of the batch, stands for the whole batch.
  return places.includes(-1) ? 0 : Math.min(...places);
}

function withoutOld(batch, { maximumRecordAgeMs = Infinity, now = Date.now }, discarded) {
  return batch.filter((record) => {
    const isOld = now() - record.kinesis.approximateArrivalTimestamp * 1000 > maximumRecordAgeMs;
    if (isOld) discarded.push(record);
    return !isOld;
  });
}

module.exports = { TIMED_OUT, deliver };
