const shown = '[secret]';

/**
 * Holds a key pair or a token so that nothing shows it by accident: no serialiser, inspector,
 * template or structured clone sees the private field. It does not encrypt; `reveal` is called
 * only in the one actor that needs the value.
 *
 * @example
 * const token = new Secret('eyJ…');
 * String(token); // '[secret]'
 * token.reveal(); // 'eyJ…'
 */
export class Secret<T = string> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  /** The value itself. Never log it, never put it into an event, an argument or an environment. */
  reveal(): T {
    return this.#value;
  }

  toString(): string {
    return shown;
  }

  toJSON(): string {
    return shown;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return shown;
  }
}
