import type { System } from '../harness/start-system.ts';

/** Where the api of a system listens: its public URL and its internal one, by its own log. */
export async function findApi({ api }: System): Promise<{ url: string; internalUrl: string }> {
  await api.says(/"Listening\."/);
  const lines = (await api.log()).split('\n').filter((line) => line.includes('"Listening."'));
  const { address, internal }: { address?: string; internal?: string } = JSON.parse(
    lines.at(-1) ?? '{}',
  );
  if (address === undefined || internal === undefined) throw new Error('the api says no address');
  return { url: address, internalUrl: internal };
}
