/**
 * At SIGTERM, sends what is held within `graceMs`. What is left by then goes to `save(error)`: `error.errors` has every
 * record that was not stored.
 */
export function closeOnSigterm(producer, { graceMs = 5000, save }) {
  process.once('SIGTERM', async () => {
    try {
      await producer.close({ signal: AbortSignal.timeout(graceMs) });
      process.exitCode = 0;
    } catch (error) {
      await save(error);
      process.exitCode = 1;
    }
  });
}
