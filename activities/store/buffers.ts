/**
 * Buffers that are used again. V8 counts their bytes towards its next full collection, which takes far longer than the
 * reading of a file: new buffers for each checkpoint took half of the processor time of its upload.
 */
const free: Buffer[] = [];
const mostKept = 4;

/** Sizes, in bytes, are rounded up to these, so that a buffer of one file fits the next. */
const grain = 2 ** 20;
/** In bytes; below it a new buffer costs nothing. */
const worthKeeping = 2 ** 17;

/**
 * Runs `work` with a buffer of `bytes` bytes, which is used again afterwards; what it holds is anything. One whose work failed is not used again:
 * a request that was given up may still read from it.
 */
export async function withBuffer<T>(bytes: number, work: (buffer: Buffer) => Promise<T>): Promise<T> {
  if (bytes < worthKeeping) return work(Buffer.allocUnsafe(bytes));
  const at = free.findIndex((buffer) => buffer.byteLength >= bytes);
  const [buffer = Buffer.allocUnsafeSlow(Math.ceil(bytes / grain) * grain)] = at < 0 ? [] : free.splice(at, 1);
  const result = await work(buffer.subarray(0, bytes));
  free.push(buffer);
  free.sort((a, b) => a.byteLength - b.byteLength); // the smallest that fits is taken first
  if (free.length > mostKept) free.shift();
  return result;
}
