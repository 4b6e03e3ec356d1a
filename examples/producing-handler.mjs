/**
 * A Lambda handler that puts what it is given. Make the producer outside the handler, so that invocations share it. Nothing
 * waits for a linger, and nothing is left when the environment freezes: what cannot be stored in time makes it fail.
 */
export function handlerFor(producer) {
  return async (event, context) => {
    const records = event.orders.map((order) => ({ partitionKey: order.customer, data: JSON.stringify(order) }));
    const signal = AbortSignal.timeout(Math.max(1, context.getRemainingTimeInMillis() - 500));
    const { userRecords } = await producer.putAll(records, { signal });
    return { stored: userRecords };
  };
}
