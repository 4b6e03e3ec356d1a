export { ProducerError } from './errors';
export { KinesisProducer } from './producer';
