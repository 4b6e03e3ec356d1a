/** The user's to mend: the message says how. */
export class UsageError extends Error {}
