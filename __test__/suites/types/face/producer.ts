// lib/producer/index.ts against producer.d.ts.

import * as face from '../../../../lib/producer/index';
import type * as declared from '../../../../producer';

export const producer: { readonly prototype: declared.KinesisProducer } = face.KinesisProducer;
export const made: new (options: declared.ProducerOptions) => declared.KinesisProducer = face.KinesisProducer;
export const error: { readonly prototype: declared.ProducerError } = face.ProducerError;

// No name more, no name less.
export const declaredNames: Record<keyof typeof declared, unknown> = face;
export const faceNames: keyof typeof face extends keyof typeof declared ? true : never = true;
