// lib/testing/index.ts against testing.d.ts.

import * as face from '../../../../lib/testing/index';
import type * as declared from '../../../../testing';

export const getRecordsOutput: typeof declared.getRecordsOutput = face.getRecordsOutput;
export const lambdaEvent: typeof declared.lambdaEvent = face.lambdaEvent;
export const userRecordsOf: typeof declared.userRecordsOf = face.userRecordsOf;

// No name more, no name less.
export const declaredNames: Record<keyof typeof declared, unknown> = face;
export const faceNames: keyof typeof face extends keyof typeof declared ? true : never = true;
