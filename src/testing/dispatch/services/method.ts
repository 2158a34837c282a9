import type { ClaimGrants } from 'livekit-server-sdk';

/** The failures of API calls and the HTTP status of each. */
export const failureStatus = {
  bad_route: 404,
  internal: 500,
  invalid_argument: 400,
  malformed: 400,
  not_found: 404,
  resource_exhausted: 429,
  unauthenticated: 401,
  unavailable: 503,
  unimplemented: 501,
} as const;

/** What a failed call answers. */
export interface Failed {
  readonly code: keyof typeof failureStatus;
  readonly msg: string;
  readonly meta?: Readonly<Record<string, string>>;
}

/** What a call answers. */
export type Reply = { readonly body: string | Uint8Array } | { readonly failed: Failed };

/** A call by its bytes: format in, format out. */
export type Method = (body: Buffer, isJson: boolean, grants: Grants) => Reply;

/** What a token allows in rooms. */
export type Grants = NonNullable<ClaimGrants['video']>;

/** The reading half of a protobuf class. */
interface RequestClass<T> {
  fromBinary(bytes: Uint8Array): T;
  fromJsonString(json: string, options: { readonly ignoreUnknownFields: boolean }): T;
}

/** The writing half of a protobuf message. */
interface Writable {
  toBinary(): Uint8Array;
  toJsonString(options: {
    readonly useProtoFieldName: boolean;
    readonly emitDefaultValues: boolean;
  }): string;
}

/** Makes a call out of the class of its request, who may make it, and what it does. */
export const method =
  <T>(
    requestClass: RequestClass<T>,
    isAllowed: (grants: Grants, request: T) => boolean,
    run: (request: T) => Writable | Failed,
  ): Method =>
  (body, isJson, grants) => {
    const request = parse(requestClass, body, isJson);
    if (!request) {
      return fail('malformed', `the ${isJson ? 'json' : 'protobuf'} request could not be decoded`);
    }
    // The open server has no other code for it, whether there is no token or one that may not.
    if (!isAllowed(grants, request)) return fail('unauthenticated', 'permissions denied');
    const answer = run(request);
    if ('code' in answer) return { failed: answer };
    return { body: isJson ? answer.toJsonString(asTheServerWrites) : answer.toBinary() };
  };

const asTheServerWrites = { useProtoFieldName: true, emitDefaultValues: true } as const;

/** A failed call. */
export const fail = (
  code: Failed['code'],
  msg: string,
  meta?: Failed['meta'],
): { readonly failed: Failed } => ({ failed: { code, msg, ...(meta && { meta }) } });

function parse<T>(requestClass: RequestClass<T>, body: Buffer, isJson: boolean): T | undefined {
  try {
    return isJson
      ? requestClass.fromJsonString(body.toString('utf8'), { ignoreUnknownFields: true })
      : requestClass.fromBinary(body);
  } catch {
    return undefined;
  }
}
