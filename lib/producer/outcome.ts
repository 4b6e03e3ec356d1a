// What a failure means for an entry: whether it may have been stored, and what is done next. Errors are told apart by
// name, code and status, never by class: there may be several copies of the SDK in a process.

/** How long to wait: doubled with each try of the same kind, up to the cap. */
export interface Backoff {
  /** Tries of one kind are counted together. */
  kind: string;
  baseMs: number;
  capMs: number;
}

export interface Failure {
  /** `refused`: certainly not stored. */
  outcome: 'refused' | 'unknown';
  code: string;
  message?: string;
  action: 'retry' | 'halve' | 'fail';
  backoff: Backoff;
  isThrottle: boolean;
}

const ENTRY_THROTTLED: Backoff = { kind: 'entry throttled', baseMs: 100, capMs: 2000 };
const SERVICE: Backoff = { kind: 'service', baseMs: 50, capMs: 5000 };
const REQUEST_THROTTLED: Backoff = { kind: 'request throttled', baseMs: 250, capMs: 5000 };
const NO_CONNECTION: Backoff = { kind: 'no connection', baseMs: 100, capMs: 5000 };
const NOT_NOW: Backoff = { kind: 'not now', baseMs: 1000, capMs: 5000 };

const THROTTLES =
  /^(ProvisionedThroughputExceeded(Exception)?|LimitExceeded(Exception)?|KMSThrottling(Exception)?|Throttl\w*|RequestLimitExceeded|RequestThrottled(Exception)?|TooManyRequests(Exception)?|BandwidthLimitExceeded|PriorRequestNotComplete|TransactionInProgressException|EC2ThrottledException|SlowDown)$/;
const CONTENT = /^(ValidationException|InvalidArgument(Exception)?|SerializationException)$/;
/** The SDK has corrected its clock by the next try, or the provider its credentials. */
const CREDENTIALS =
  /^(ExpiredToken\w*|RequestExpired|RequestTimeTooSkewed|RequestInTheFuture|CredentialsProviderError|TokenProviderError)$/;
const FINAL =
  /^(ResourceNotFound(Exception)?|AccessDenied(Exception)?|UnrecognizedClient(Exception)?|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException|KMS\w*|DryRunOperation(Exception)?)$/;
const SERVICE_FAULTS =
  /^(InternalFailure(Exception)?|InternalServerError|ServiceUnavailable(Exception)?|RequestTimeout(Exception)?|TimeoutError)$/;
const UNCONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
const CONNECTING = new Set(['connect', 'getaddrinfo']);

/** Of one entry, by its ErrorCode. */
export function failureOfEntry(code: string | undefined, message: string | undefined): Failure {
  const described = { code: code ?? 'no answer for the entry', ...(message === undefined ? {} : { message }) };
  if (code === 'ProvisionedThroughputExceededException') {
    return { ...described, outcome: 'refused', action: 'retry', backoff: ENTRY_THROTTLED, isThrottle: true };
  }
  // On a 500 nobody knows: records have been seen twice after it (awslabs/amazon-kinesis-producer#128).
  if (code === undefined || code === 'InternalFailure' || code === 'ServiceUnavailable') {
    return { ...described, outcome: 'unknown', action: 'retry', backoff: SERVICE, isThrottle: false };
  }
  return { ...described, outcome: 'refused', action: 'fail', backoff: SERVICE, isThrottle: false };
}

/** Of a whole request whose answer cannot be read, or did not come in time. */
export function withoutAnswer(code: string): Failure {
  return { outcome: 'unknown', code, action: 'retry', backoff: SERVICE, isThrottle: false };
}

/** Of a whole request, by what the client threw. */
export function failureOfRequest(error: unknown): Failure {
  const { name, code, message, status } = described(error);
  const said = { code: name, ...(message === undefined ? {} : { message }) };
  const retry = (outcome: Failure['outcome'], backoff: Backoff, isThrottle = false): Failure => {
    return { ...said, outcome, action: 'retry', backoff, isThrottle };
  };

  if (CREDENTIALS.test(name) || /signature (expired|not yet current)/i.test(message ?? ''))
    return retry('refused', NOT_NOW);
  if (THROTTLES.test(name) || status === 429) return retry('refused', REQUEST_THROTTLED, true);
  if (name === 'ResourceInUseException') return retry('refused', NOT_NOW);
  if (CONTENT.test(name) || status === 413) {
    return { ...said, outcome: 'refused', action: 'halve', backoff: SERVICE, isThrottle: false };
  }
  if (FINAL.test(name)) return { ...said, outcome: 'refused', action: 'fail', backoff: SERVICE, isThrottle: false };
  if (SERVICE_FAULTS.test(name)) return retry('unknown', SERVICE);
  if (status !== undefined && status >= 400 && status < 500 && status !== 408) {
    return { ...said, outcome: 'refused', action: 'fail', backoff: SERVICE, isThrottle: false };
  }
  if (status !== undefined) return retry('unknown', SERVICE);
  if (neverConnected(error)) return { ...retry('refused', NO_CONNECTION), code: code ?? name };
  return { ...retry('unknown', SERVICE), code: code ?? name };
}

/** Whether asking again may help: of ListShards and DescribeStreamSummary. */
export function isFinal(error: unknown): boolean {
  return /^(ResourceNotFound|AccessDenied)/.test(described(error).name);
}

export function isDenied(error: unknown): boolean {
  return described(error).name.startsWith('AccessDenied');
}

export function nameOf(error: unknown): string {
  return described(error).name;
}

/** How often the SDK itself tried, which it does behind our back. */
export function sdkAttemptsOf(answerOrError: unknown): number {
  const attempts = metadataOf(answerOrError)?.attempts;
  return typeof attempts === 'number' && attempts > 1 ? attempts : 1;
}

export function requestIdOf(answerOrError: unknown): string | undefined {
  const requestId = metadataOf(answerOrError)?.requestId;
  return typeof requestId === 'string' ? requestId : undefined;
}

/** Half of the delay is fixed, so that nothing comes back at once. */
export function delayOf({ baseMs, capMs }: Backoff, tries: number, random: number): number {
  return (0.5 + 0.5 * random) * Math.min(capMs, baseMs * 2 ** (tries - 1));
}

function described(error: unknown) {
  const { name, code, message } = fieldsOf(error);
  const status = metadataOf(error)?.httpStatusCode;
  return {
    name: typeof name === 'string' && name !== '' ? name : 'Error',
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : undefined,
    status: typeof status === 'number' ? status : undefined,
  };
}

function metadataOf(value: unknown): { [name: string]: unknown } | undefined {
  const metadata = fieldsOf(value).$metadata;
  return typeof metadata === 'object' && metadata !== null ? (metadata as { [name: string]: unknown }) : undefined;
}

function fieldsOf(value: unknown): { [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? (value as { [name: string]: unknown }) : {};
}

/** Whether no connection was ever made: the same codes on a socket that was kept alive say nothing of the kind. */
function neverConnected(error: unknown): boolean {
  const { code, syscall, errors } = fieldsOf(error);
  if (Array.isArray(errors) && errors.length > 0) return errors.every(neverConnected);
  return UNCONNECTED.has(String(code)) && CONNECTING.has(String(syscall));
}
