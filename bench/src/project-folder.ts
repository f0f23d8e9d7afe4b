import { fileURLToPath } from 'node:url';

/** The root of the repository, ending in a slash. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url));
