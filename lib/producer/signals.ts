import { KplError } from '../error';
import { refuseUnknownOptions } from '../options';

type Callback = (reason: unknown) => void;

interface Listened {
  callbacks: Set<Callback>;
  end(): void;
}

/** What is to be done when signals abort: one listener for each signal, however many promises it may cut off. */
export class Signals {
  #listened = new WeakMap<AbortSignal, Listened>();

  /** Calls back at abort; gives a function that ends that. */
  whenAborted(signal: AbortSignal, callback: Callback): () => void {
    const listened = this.#listened.get(signal) ?? this.#listen(signal);
    listened.callbacks.add(callback);
    return () => {
      listened.callbacks.delete(callback);
      if (listened.callbacks.size === 0) listened.end();
    };
  }

  #listen(signal: AbortSignal): Listened {
    const callbacks = new Set<Callback>();
    const abort = () => {
      listened.end();
      for (const callback of callbacks) callback(signal.reason);
    };
    const listened: Listened = {
      callbacks,
      end: () => {
        signal.removeEventListener('abort', abort);
        if (this.#listened.get(signal) === listened) this.#listened.delete(signal);
      },
    };
    signal.addEventListener('abort', abort);
    this.#listened.set(signal, listened);
    return listened;
  }
}

export interface WithSignal {
  signal?: AbortSignal;
}

/** The signal among a call's options: a bound that nobody reads must not look like one. */
export function signalOf(options: WithSignal | undefined): AbortSignal | undefined {
  if (options === undefined) return undefined;
  if (typeof options !== 'object' || options === null) {
    throw new KplError(
      'ERR_KPL_OPTION',
      `options must be an object, got ${options === null ? 'null' : typeof options}`,
    );
  }
  if (isSignal(options)) throw new KplError('ERR_KPL_OPTION', 'a signal is one of the options: pass { signal }');
  refuseUnknownOptions(options, ['signal']);
  const { signal } = options;
  if (signal === undefined || isSignal(signal)) return signal;
  throw new KplError(
    'ERR_KPL_OPTION',
    `signal must be an AbortSignal, got ${signal === null ? 'null' : typeof signal}`,
  );
}

/** By what it can do, since there are several classes of that name. */
function isSignal(value: object): value is AbortSignal {
  return typeof (value as Partial<AbortSignal> | null)?.addEventListener === 'function';
}
