/** What whoever starts a server can correct about where it listens, in a sentence; null for any other error. */
export function listeningProblem(error: unknown): string | null {
  const { code, address, port } = error as { code?: string; address?: string; port?: number };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} of ${address} is in use; set PORT to another one.`;
    case 'EACCES':
      return port === undefined
        ? null
        : `Port ${port} takes rights this user lacks; set PORT to one above 1023.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return 'HOST is no address of this machine.';
    default:
      return null;
  }
}
