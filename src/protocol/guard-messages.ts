/** What a worker tells its guard: which process groups are its own to end. */
export type GuardOrder =
  | {
      readonly type: 'watch';
      /** The id of a child, which leads a group of this id. */
      readonly group: number;
      /** Where the child may have put its files. */
      readonly directory: string;
    }
  | { readonly type: 'release'; readonly group: number };
