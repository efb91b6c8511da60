/** What `verify` can be told. */

export interface VerifyOptions {
  /** Samples read of each crop, spread evenly over its positions. Default 2. */
  readonly samples?: number;
  /** Raw chunks asked for under each crop, spread evenly. Default 8. */
  readonly chunks?: number;
  /** Called after each crop. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
  readonly signal?: AbortSignal;
}
