'use strict';

// The conformance vectors: what they expect is what the KCL does, and what this package does.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const { Agreement, batch, compareWithKcl, FULL_RANGE } = require('./comparison');
const { MAX_HASH_KEY } = require('../../oracle/hash-key');
const { judge } = require('../../oracle/kcl');
const { vectors } = require('../../support/vectors');

/** Both files in one shape: a name, the data, and what is expected of it. */
const VECTORS = [
  ...vectors('good').map((row) => ({
    name: row.id,
    data: Buffer.from(row.aggregatedBase64, 'base64'),
    ...(row.aggregated === false ? { kind: 'passthrough' } : { kind: 'records', records: row.decoded ?? row.inputs }),
  })),
  ...vectors('bad').map((row) => ({ name: row.case, data: Buffer.from(row.base64, 'base64'), ...row.expected })),
];

async function testVectors(report, kcl) {
  report.heading(`The ${VECTORS.length} conformance vectors`);
  const answers = await kcl.ask(VECTORS.map(({ data }) => batch([data])));
  VECTORS.forEach((vector, i) => {
    report.check(`${vector.name}: the KCL does what the vector expects`, () =>
      assertExpected(vector, answers[i].records),
    );
  });

  const agreement = new Agreement();
  const halves = [
    { start: '0', end: (MAX_HASH_KEY / 2n).toString() },
    { start: (MAX_HASH_KEY / 2n + 1n).toString(), end: MAX_HASH_KEY.toString() },
  ];
  for (const range of [undefined, FULL_RANGE, ...halves]) {
    await compareWithKcl(
      report,
      kcl,
      agreement,
      VECTORS.map(({ name, data }) => ({ name, blobs: [data], range })),
    );
  }
  agreement.print(report);
}

/** Where the vectors ask for more than the KCL gives, it must be for one of the written reasons. */
function assertExpected({ kind, data, records, recordCount, recordsSha256 }, handedOn) {
  const deviations = judge(data).deviations();
  const rows = handedOn.map((record) => [record.partitionKey, record.explicitHashKey, record.data.toString('base64')]);
  const wanted = records?.map((record) => [record.partitionKey, record.explicitHashKey, record.dataBase64]);
  switch (kind) {
    case 'passthrough':
      assert.deepEqual(
        handedOn.map((record) => [record.aggregated, record.data.toString('base64')]),
        [[false, data.toString('base64')]],
      );
      break;
    case 'broken':
      assert.deepEqual(deviations, ['an index that points nowhere']);
      assert.ok(handedOn.every((record) => record.aggregated));
      break;
    case 'records':
      if (deviations.length > 0) assert.notDeepEqual(rows, wanted);
      else if (wanted) assert.deepEqual(rows, wanted);
      else {
        assert.equal(rows.length, recordCount);
        assert.equal(createHash('sha256').update(JSON.stringify(rows)).digest('hex'), recordsSha256);
      }
      break;
    default:
      assert.equal(kind, 'any');
  }
}

module.exports = { testVectors, VECTORS };
