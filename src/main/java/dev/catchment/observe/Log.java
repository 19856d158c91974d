package dev.catchment.observe;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes one line for each unit of work that a person would want to find again. Quiet on the hot
 * path: what happens for every event is a counter of {@link Metrics}, not a line.
 */
public final class Log {
  private final Logger logger;

  private Log(Logger logger) {
    this.logger = logger;
  }

  /** A log for one part of the server, named after its room: {@code delivery.courier}. */
  public static Log of(String name) {
    return new Log(LoggerFactory.getLogger("catchment." + name));
  }

  /**
   * Something worth knowing in normal operation.
   *
   * @param facts alternating names and values
   */
  public void info(String event, @Nullable Object... facts) {
    if (logger.isInfoEnabled()) {
      logger.info(line(event, facts));
    }
  }

  /** Something an operator should look at; the server goes on. */
  public void warn(String event, @Nullable Object... facts) {
    logger.warn(line(event, facts));
  }

  /** A bug or a lost dependency, with its cause. */
  public void error(String event, Throwable cause, @Nullable Object... facts) {
    logger.error(line(event, facts), cause);
  }

  private static String line(String event, @Nullable Object[] facts) {
    StringBuilder line = new StringBuilder(event);
    for (int i = 0; i + 1 < facts.length; i += 2) {
      line.append(' ').append(facts[i]).append('=').append(facts[i + 1]);
    }
    return line.toString();
  }
}
