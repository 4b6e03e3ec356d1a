'use strict';

// The slow aggregator once more, now with what it knows anyway: which records are in each aggregate. A record has an
// `ordinal`.

const { ModelAggregator } = require('./aggregator');
const { hashKeyOf } = require('./hash-key');

class TrackedModel extends ModelAggregator {
  /** Names of groups of which something has closed that was not released. */
  unreleased = new Set();

  add(record) {
    const isOwn = record.explicitHashKey === String(hashKeyOf(record.partitionKey));
    return super.add(isOwn ? { ...record, explicitHashKey: null } : record);
  }

  close(aggregate) {
    this.unreleased.add(aggregate.group);
    const record = super.close(aggregate);
    return { name: aggregate.group, record, members: aggregate.records.map(({ ordinal }) => ordinal) };
  }

  openGroups() {
    return this.open.map((aggregate) => ({
      name: aggregate.group,
      lowest: lowestOf(aggregate.records.map(({ ordinal }) => ordinal)),
      userRecords: aggregate.records.length,
      bytes: this.entryOf(aggregate).Data.length,
    }));
  }

  closeGroups(names) {
    return this.open.filter(({ group }) => names.includes(group)).map((aggregate) => this.close(aggregate));
  }

  releaseGroups(names) {
    for (const name of names) this.unreleased.delete(name);
  }

  /** Names of groups that have a number. */
  get numbered() {
    return new Set([...this.unreleased, ...this.open.map(({ group }) => group)]);
  }
}

/** On a circle of 2^32, of which they take up less than half: the one that has all others behind it. */
function lowestOf(ordinals) {
  return ordinals.find((low) => ordinals.every((other) => (other - low + 2 ** 32) % 2 ** 32 < 2 ** 31));
}

module.exports = { TrackedModel };
