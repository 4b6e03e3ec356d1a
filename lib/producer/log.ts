import type { ProducerLogger } from '../../producer';
import type { Environment } from './environment';

const MINUTE_MS = 60_000;

type Fields = { [name: string]: unknown };

/** One line per cause and minute, with how many there were: a stream that throttles must not flood a log. */
export class Log {
  #logger: ProducerLogger | undefined;
  #environment: Environment;
  #causes = new Map<string, { since: number; unsaid: number }>();

  constructor(logger: ProducerLogger | undefined, environment: Environment) {
    this.#logger = logger;
    this.#environment = environment;
  }

  warn(cause: string, message: string, fields: Fields = {}): void {
    const said = this.#said(cause, 1, fields);
    if (said === undefined) return;
    this.#write(() => {
      if (this.#logger !== undefined) this.#logger.warn(message, said);
      else process.emitWarning(message, { type: 'KinesisProducerWarning', code: cause, detail: JSON.stringify(said) });
    });
  }

  /** @param count of what the line tells of */
  error(cause: string, message: string, fields: Fields = {}, count = 1): void {
    const said = this.#said(cause, count, fields);
    if (said === undefined) return;
    this.#write(() => {
      if (this.#logger !== undefined) this.#logger.error(message, said);
      else console.error(message, said);
    });
  }

  #said(cause: string, count: number, fields: Fields): Fields | undefined {
    const now = this.#environment.now();
    const known = this.#causes.get(cause);
    if (known !== undefined && now - known.since < MINUTE_MS) {
      known.unsaid += count;
      return undefined;
    }
    this.#causes.set(cause, { since: now, unsaid: 0 });
    return { ...fields, count: count + (known?.unsaid ?? 0) };
  }

  /** A logger that throws changes nothing. */
  #write(line: () => void): void {
    try {
      line();
    } catch {
      // There is nobody left to tell.
    }
  }
}
