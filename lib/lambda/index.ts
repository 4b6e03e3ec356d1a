export { createHandler } from './create-handler';
export { processEvent } from './process-event';
