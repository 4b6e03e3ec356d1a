'use strict';

// What delivery gives back once it is done with it.

// From the sources, since no face shows the aggregator of a producer.
const { TrackedAggregator } = require('../../lib/aggregate/tracked-aggregator');
const { KinesisProducer } = require('../../lib/producer/producer');
const { FakeEnvironment } = require('../support/producer/fake-environment');
const { FakeKinesis } = require('../support/producer/fake-kinesis');

afterEach(() => jest.restoreAllMocks());

test.each([
  ['stored, in order', { ordered: true }, {}],
  ['stored, in no order', { ordered: false }, {}],
  ['refused, in order', { ordered: true }, { entries: () => ({ code: 'KMSDisabledException' }) }],
])('a group whose entries are settled is forgotten, so that keys do not pile up: %s', async (_, options, fault) => {
  const environment = new FakeEnvironment();
  const kinesis = new FakeKinesis(environment);
  kinesis.fault = () => fault;
  const openGroups = jest.spyOn(TrackedAggregator.prototype, 'openGroups');
  const producer = new KinesisProducer(
    {
      client: kinesis.client,
      streamName: 'fake',
      routing: 'partitionKey',
      distribution: 'partition-key',
      onFailure() {},
      ...options,
    },
    environment.forProducer,
  );
  for (let i = 0; i < 3; i++) {
    producer.add({ partitionKey: 'the same', data: '' });
    await environment.run();
  }
  const numbers = openGroups.mock.results.flatMap(({ value }) => value.map(({ group }) => group));
  // A group that is not forgotten keeps its number.
  expect(new Set(numbers).size).toBe(3);
});
