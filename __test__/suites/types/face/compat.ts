// lib/compat/index.ts against compat.d.ts. User records are loose in the code, for it takes what the older package takes.
import type * as declared from '../../../../compat';
import * as face from '../../../../lib/compat/index';

type Loose = (err?: unknown, anything?: object) => void;
type One = declared.KinesisRecord | declared.SdkKinesisRecord;

export const aggregate: typeof declared.aggregate = face.aggregate;
export const RecordAggregator: typeof declared.RecordAggregator = face.RecordAggregator;
export const deaggregate: (record: One, checksums: boolean, perRecord: Loose, afterRecord: Loose) => void =
  face.deaggregate;
export const deaggregateSync: (record: One, checksums: boolean, afterRecord: Loose) => void = face.deaggregateSync;

// No name more, no name less.
export const declaredNames: Record<keyof typeof declared, unknown> = face;
export const faceNames: keyof typeof face extends keyof typeof declared ? true : never = true;
