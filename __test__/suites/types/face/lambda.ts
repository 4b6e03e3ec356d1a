// lib/lambda/index.ts against lambda.d.ts.
import type * as declared from '../../../../lambda';
import * as face from '../../../../lib/lambda/index';

export const createHandler: typeof declared.createHandler = face.createHandler;
export const processEvent: typeof declared.processEvent = face.processEvent;

// No name more, no name less.
export const declaredNames: Record<keyof typeof declared, unknown> = face;
export const faceNames: keyof typeof face extends keyof typeof declared ? true : never = true;
