const MARK = 'x-optional-body';

/** What a route's schema carries whose request may come without a body. */
export const OPTIONAL_BODY = { [MARK]: true } as const;

/** Says in the finished document, where the generator says of every body that it must be there. */
export function settleOptionalBodies({ paths }: { readonly paths?: object | undefined }): void {
  for (const path of Object.values(paths ?? {}).filter(isRecord)) {
    for (const operation of Object.values(path).filter(isRecord)) {
      if (!(MARK in operation)) continue;
      Reflect.deleteProperty(operation, MARK);
      const { requestBody } = operation;
      if (isRecord(requestBody)) requestBody['required'] = false;
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
