/** The page, as one document. */
export const page = `<!doctype html>
<html lang="en"><title>sc-remoted</title><style></style><body><script></script></body></html>
`;
