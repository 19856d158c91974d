package dev.catchment.transform;

/**
 * How much transforms may take.
 *
 * @param threads how many are evaluated at once
 * @param allocatedBytesMax what one evaluation may allocate, garbage included
 */
public record TransformSettings(int threads, long allocatedBytesMax) {
  private static final int THREADS_MIN = 2;
  private static final int THREADS_MAX = 8;
  private static final int SHARE_OF_HEAP = 8;
  private static final long ALLOCATED_BYTES_MIN = 128L << 20;
  private static final long ALLOCATED_BYTES_MOST = 512L << 20;

  /** Settings that suit a machine. */
  public static TransformSettings of(int processors, long heapBytesMax) {
    return new TransformSettings(
        Math.clamp(processors, THREADS_MIN, THREADS_MAX),
        Math.clamp(heapBytesMax / SHARE_OF_HEAP, ALLOCATED_BYTES_MIN, ALLOCATED_BYTES_MOST));
  }
}
