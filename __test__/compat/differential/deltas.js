'use strict';

// Where the drop-in may do otherwise than aws-kinesis-agg 4.2.8. The models note these names, each by a condition on the
// input alone; a difference under any other condition fails the differential test. The numbers are those of
// docs/migrating.md.
module.exports = new Set([
  '1: integer-like keys',
  '2: no explicit hash key beside one',
  '3: keys that are not ASCII',
  '3: sizes of the first key',
  '4: keys that are no strings',
  '5: the outer explicit hash key',
  '6: keys that objects inherit',
  '7: keys of a record that is too large',
  '8: frozen records',
  '9: a callback that throws',
  '10: without a callback',
  '11: data of other views',
  '12: the limit and the outer partition key',
  '13: the magic number, and no aggregate',
  '13: messages that protobufjs reads otherwise',
  '14: an index that points nowhere',
]);
