package dev.catchment.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The body of a request as it comes. Filled on the connection's event loop, read by one virtual
 * thread; the sender is held back while too much is unread.
 */
final class UploadStream extends InputStream {
  private static final int UNREAD_BYTES_MAX = 1 << 20;
  private static final int RESUME_BYTES = UNREAD_BYTES_MAX / 4;

  private final HttpServerRequest http;
  private final Context context;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition came = lock.newCondition();
  private final ArrayDeque<byte[]> queue = new ArrayDeque<>();
  private final byte[] single = new byte[1];
  private byte[] current = {};
  private int at;
  private int unread;
  private boolean paused;
  private boolean ended;
  private boolean lost;
  private long seen;
  private long looked = -1;

  UploadStream(HttpServerRequest http, Context context) {
    this.http = http;
    this.context = context;
  }

  /** A piece has come. */
  void add(Buffer chunk) {
    lock.lock();
    try {
      queue.addLast(chunk.getBytes());
      seen += chunk.length();
      unread += chunk.length();
      if (unread > UNREAD_BYTES_MAX && !paused) {
        paused = true;
        http.pause();
      }
      came.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The body is whole. */
  void end() {
    stop(false);
  }

  /** The sender is gone. */
  void lose() {
    stop(true);
  }

  private void stop(boolean early) {
    lock.lock();
    try {
      ended = true;
      lost |= early;
      came.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether too little has come since this was last asked, though it was wanted. */
  boolean isSlow(int bytesMin) {
    lock.lock();
    try {
      boolean slow = !paused && unread == 0 && looked >= 0 && seen - looked < bytesMin;
      looked = seen;
      return slow;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    return read(single, 0, 1) < 0 ? -1 : single[0] & 0xFF;
  }

  @Override
  public int read(byte[] into, int from, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (at == current.length && !next()) {
      return -1;
    }
    int some = Math.min(length, current.length - at);
    System.arraycopy(current, at, into, from, some);
    at += some;
    return some;
  }

  private boolean next() throws IOException {
    lock.lock();
    try {
      while (queue.isEmpty() && !ended) {
        came.await();
      }
      byte[] piece = queue.poll();
      if (piece == null) {
        if (lost) {
          throw new IOException("The sender is gone");
        }
        return false;
      }
      current = piece;
      at = 0;
      unread -= piece.length;
      if (paused && unread <= RESUME_BYTES) {
        paused = false;
        context.runOnContext(ignored -> http.resume());
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    } finally {
      lock.unlock();
    }
  }
}
