import { get } from 'node:http';

/**
 * Whether a GET of this URL is answered with 200 within `timeoutMs`. Uses a connection of its own,
 * closed afterwards: one kept alive would delay the shutdown of the server asked.
 */
export function answersOk(url: string, timeoutMs = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: timeoutMs }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
    request.once('close', () => resolve(false));
  });
}
