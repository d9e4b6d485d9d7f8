/** Whoever sent a request, as the access token says. Rules read the record behind it: it may have changed since. */
export type Viewer =
  /** `sessionId` is the id of the session's first refresh token, `sessionEpoch` the user's when it began. */
  | {
      readonly kind: 'USER';
      readonly id: string;
      readonly sessionEpoch: number;
      readonly sessionId: string;
    }
  | { readonly kind: 'CONTRACTOR'; readonly id: string };
