// Asking a service from somebody else's page: no cookie, one token, and refusals that can be told apart.

const PATIENCE = 15_000; // milliseconds

/** The service answered, and it was a no (RFC 9457). */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
    readonly pointer = "",
  ) {
    super(detail);
  }
}

/** JSON from `address`. Raises Refusal; a TypeError or a DOMException where nobody answered. */
export async function ask<Answer>(address: URL, token: string): Promise<Answer> {
  const answer = await fetch(address, {
    headers: { Authorization: `Bearer ${token}` },
    credentials: "omit",
    referrerPolicy: "origin",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.ok) return answer.json();
  const problem = await answer.json().catch(() => ({}));
  const place = problem.errors?.[0];
  throw new Refusal(answer.status, place?.detail ?? problem.detail ?? "", place?.pointer);
}

/** Who is not known has done nothing yet, or does not want to be shown: no fault of the page. */
export function absent(failure: unknown): null {
  if (failure instanceof Refusal && failure.status === 404) return null;
  throw failure;
}
