/**
 * How every service is started, here and by the Dockerfile: V8 gets one helper thread, not four.
 * They collect garbage while the service works, and more of them than there are idle cores take
 * their time from it: on two cores an api accepts 6 to 9 % more orders with one. Costs half a
 * second at start, when they compile.
 */
export const NODE_OPTIONS: readonly string[] = ['--v8-pool-size=1'];
