/** A change of one file's source. */
export interface Edit {
  readonly file: string;
  /** Stands there exactly once. */
  readonly text: string;
  readonly by: string;
}

/** Where a mutation is to be found out. */
export interface Suite {
  readonly project: 'packages' | 'apps' | 'stories';
  readonly file: string;
  /** Of the file, only the tests whose names match. */
  readonly only?: string;
}

/** A way in which the project could be broken, and the suites that have to notice. */
export interface Mutation {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly suites: readonly Suite[];
}
