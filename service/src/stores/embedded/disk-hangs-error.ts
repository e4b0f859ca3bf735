/** The disk neither did what it was asked to nor refused. The writer thread may sit in it for ever, and no orderly exit can end a thread there. */
export class DiskHangsError extends Error {
  override readonly name = 'DiskHangsError';
}

/** Whether it, or what caused it, is a disk that hangs: such a process has to be killed. */
export const isDiskHanging = (error: unknown): boolean =>
  error instanceof DiskHangsError || (error instanceof Error && error.cause instanceof DiskHangsError);
