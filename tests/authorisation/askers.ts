import type { TokenKind } from './bearer-tokens.ts';

/** Who asks. What there is to be asked for belongs to the owner, or to nobody. */
export const ASKERS = {
  'no token': 'none',
  owner: 'customer',
  'other customer': 'other customer',
  operator: 'operator',
  expired: 'expired',
  'wrong audience': 'wrong audience',
} as const satisfies Record<string, TokenKind>;

export type Asker = keyof typeof ASKERS;

/** The status for each asker. */
export type Answers = Readonly<Record<Asker, number>>;

const STRANGERS = { 'no token': 401, expired: 401, 'wrong audience': 401 } as const;

/** Nobody is asked who he is. */
export function anyone(status: number): Answers {
  return {
    'no token': status,
    owner: status,
    'other customer': status,
    operator: status,
    expired: status,
    'wrong audience': status,
  };
}

/** Everybody with a good token. */
export function anyToken(status: number): Answers {
  return { ...STRANGERS, owner: status, 'other customer': status, operator: status };
}

/** The customer whose it is, and operators; to others it does not exist. */
export function ownerAndOperator(status: number): Answers {
  return { ...STRANGERS, owner: status, 'other customer': 404, operator: status };
}

export function operatorOnly(status: number): Answers {
  return { ...STRANGERS, owner: 403, 'other customer': 403, operator: status };
}
