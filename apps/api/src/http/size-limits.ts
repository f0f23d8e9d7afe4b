export const MAX_BODY_BYTES = 64 * 1024;
/** The request line and all headers together. */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_URL_BYTES = 8 * 1024;
