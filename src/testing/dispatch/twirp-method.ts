import type { ClaimGrants } from 'livekit-server-sdk';

/** The failures of API calls and the HTTP status of each. */
export const failureStatus = {
  bad_route: 404,
  internal: 500,
  invalid_argument: 400,
  malformed: 400,
  not_found: 404,
  permission_denied: 403,
  unauthenticated: 401,
} as const;

/** What a failed call answers. */
export interface Failed {
  readonly code: keyof typeof failureStatus;
  readonly msg: string;
}

/** What a call answers. */
export type Reply = { readonly body: string | Uint8Array } | { readonly failed: Failed };

/** A call by its bytes: format in, format out. */
export type Method = (body: Buffer, isJson: boolean, grants: Grants) => Reply;

type Grants = NonNullable<ClaimGrants['video']>;

/** The reading half of a protobuf class. */
interface RequestClass<T> {
  fromBinary(bytes: Uint8Array): T;
  fromJsonString(json: string, options: { readonly ignoreUnknownFields: boolean }): T;
}

/** The writing half of a protobuf message. */
interface Writable {
  toBinary(): Uint8Array;
  toJsonString(): string;
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
    if (!request) return fail('malformed', 'the request could not be decoded');
    if (!isAllowed(grants, request)) return fail('permission_denied', 'permissions denied');
    const answer = run(request);
    if ('code' in answer) return { failed: answer };
    return { body: isJson ? answer.toJsonString() : answer.toBinary() };
  };

/** A failed call. */
export const fail = (code: Failed['code'], msg: string): { readonly failed: Failed } => ({
  failed: { code, msg },
});

function parse<T>(requestClass: RequestClass<T>, body: Buffer, isJson: boolean): T | undefined {
  try {
    return isJson
      ? requestClass.fromJsonString(body.toString('utf8'), { ignoreUnknownFields: true })
      : requestClass.fromBinary(body);
  } catch {
    return undefined;
  }
}
