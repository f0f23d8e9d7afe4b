import { integer } from '@orders/service/config-values';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../cli/command-context.ts';
import { refusal } from '../cli/command-error.ts';
import { defineCommand } from '../cli/define-command.ts';
import { findTarget, need } from '../target.ts';
import { mintToken } from '../tokens/mint-token.ts';

const DAY_SECONDS = 86_400;

export function addTokenCommand(parent: Command, context: CommandContext): void {
  defineCommand(parent, context, {
    usage: 'token',
    summary: 'mint a bearer token for development',
    options: [
      ['--customer <id>', 'whose token it is (`sub`)'],
      ['--scope <scopes>', 'space-separated; `orders:operate` makes an operator'],
      ['--ttl <seconds>', 'how long it is valid (86400)'],
    ],
    input: z.object({
      customer: z.string('is needed: --customer ID').min(1).max(255),
      scope: z.string().min(1).optional(),
      ttl: integer({ min: 1, max: 366 * DAY_SECONDS }).default(DAY_SECONDS),
    }),
    run: async ({ customer, scope, ttl }, { config }) => {
      if (config.NODE_ENV === 'production') {
        throw refusal('tokens are not minted in production: they come from the identity provider');
      }
      const issuer = need(
        (await findTarget(config)).issuer,
        'JWT_SECRET, JWT_ISSUER and JWT_AUDIENCE',
      );
      const token = await mintToken(issuer, { subject: customer, scope, ttlSeconds: ttl });
      const expiresAt = new Date(Date.now() + ttl * 1000).toISOString();
      return {
        verdict: 'good',
        json: { token, customer, scope: scope ?? null, expiresAt },
        text: token,
      };
    },
  });
}
