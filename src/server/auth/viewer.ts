/** Whoever sent a request, as the access token says. Rules read the record behind it: it may have changed since. */
export type Viewer =
  /** `sessionEpoch` is the user's when the session began. */
  | { readonly kind: 'USER'; readonly id: string; readonly sessionEpoch: number }
  | { readonly kind: 'CONTRACTOR'; readonly id: string };
