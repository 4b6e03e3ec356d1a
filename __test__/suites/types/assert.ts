/** True where two types are one and the same: neither wider, nor `any`. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Takes only `true`: `same<Same<A, B>>()`. */
export declare function same<_Proof extends true>(): void;

/** Takes what fits `T`, as an assignment would. */
export declare function accepts<T>(value: T): void;

/** A value of a type, for tests that are never run. */
export declare function some<T>(): T;
