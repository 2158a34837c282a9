import type { JobRequest, RequestFnc } from '../machines/job-request.types.js';

const acceptAll: RequestFnc = async (request) => {
  await request.accept();
};

/** The same decision about an offer, under an identity that the command line gave. */
export const naming =
  (identity: string, requestFnc: RequestFnc = acceptAll): RequestFnc =>
  (request) =>
    requestFnc({
      ...request,
      accept: (participation) => request.accept({ ...participation, identity }),
    } satisfies JobRequest);
