import { createInterface } from 'node:readline';
import { reap } from './reap.ts';
import { readWill } from './will.ts';

/*
 * The reaper: a process of its own that outlives a supervisor killed with SIGKILL, and ends what
 * that supervisor had started. Its stdin is a pipe whose other end only the supervisor holds, so
 * end of file is the supervisor's death, however it came. It runs in a session of its own, out of
 * reach of Ctrl-C and of a signal to the supervisor's process group.
 */
process.title = 'local-services reaper';
await reap(await readWill(createInterface({ input: process.stdin })));
