/** What a worker tells its guard: which process groups are its own to end. */
export interface GuardOrder {
  readonly type: 'watch' | 'release';
  /** The id of a child, which leads a group of this id. */
  readonly group: number;
}
