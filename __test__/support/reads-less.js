'use strict';

// Preloaded into a program (`node --require`) that is to read less of a stream than it holds: one Kinesis record less.

const { Stream } = require('./stream');

const { consume } = Stream.prototype;
let isLost = false;

Stream.prototype.consume = function readLess({ onRecords, isComplete }) {
  return consume.call(this, {
    onRecords: (shardId, records) => {
      onRecords(shardId, isLost ? records : records.slice(1));
      isLost = true;
    },
    isComplete,
  });
};
