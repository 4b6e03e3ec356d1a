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
