/** To the shell that started us, until `fg`. With the whole group: a wrapper that waits for us is suspended too. */
export async function suspendProcess(): Promise<void> {
  const continued = new Promise<void>((resolve) => process.once('SIGCONT', () => resolve()));
  process.kill(0, 'SIGTSTP');
  await continued;
}
