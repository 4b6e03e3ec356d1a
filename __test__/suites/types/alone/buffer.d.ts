// Stands in for @types/node: all that the public types use of it.
interface Buffer extends Uint8Array {}
