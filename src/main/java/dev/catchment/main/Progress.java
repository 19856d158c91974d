package dev.catchment.main;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** How many bytes have gone by, shown on a terminal and nowhere else. */
final class Progress implements AutoCloseable {
  private static final long UNIT_BYTES = 1 << 20;

  private final @Nullable ProgressBar bar;

  /**
   * @param totalBytes -1 when nobody knows
   * @param shown whether a person watches
   */
  Progress(String task, long totalBytes, boolean shown) {
    this.bar =
        shown
            ? new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(totalBytes)
                .setUnit(" MiB", UNIT_BYTES)
                .showSpeed()
                .build()
            : null;
  }

  void add(long bytes) {
    if (bar != null) {
      bar.stepBy(bytes);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
