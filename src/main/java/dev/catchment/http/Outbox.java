package dev.catchment.http;

import io.netty.buffer.Unpooled;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * What is queued for one connection. Writes what has gathered as one piece, and the next when that
 * has left, so that what a client leaves unread is known. Safe for use by several threads.
 */
final class Outbox {
  /** Bytes that are written as one piece, unless a single message has more. */
  private static final int PIECE_BYTES_MAX = 256 << 10;

  /** A message in parts, which may be shared with other connections. */
  private record Item(byte[][] parts, int size) {
    static Item of(byte[]... parts) {
      int size = 0;
      for (byte[] part : parts) {
        size += part.length;
      }
      return new Item(parts, size);
    }
  }

  private final Context context;
  private final StreamBounds bounds;
  private final Function<Buffer, Future<Void>> write;
  private final Runnable overflow;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final ArrayDeque<Item> queue = new ArrayDeque<>();
  private Runnable afterLast = () -> {};
  private int messages;
  private long bytes;
  private boolean writing;
  private boolean ended;
  private boolean gone;
  private long sent;
  private long sentAtTick;
  private int standing;

  /**
   * @param write hands a piece to the socket, on its event loop
   * @param overflow is called there once when the client reads too slowly; the queue is empty then
   */
  Outbox(
      Context context,
      StreamBounds bounds,
      Function<Buffer, Future<Void>> write,
      Runnable overflow) {
    this.context = context;
    this.bounds = bounds;
    this.write = write;
    this.overflow = overflow;
  }

  /** Queues a message; false when there is no more to be sent, or too much is unsent. */
  boolean offer(byte[]... parts) {
    Item item = Item.of(parts);
    lock.lock();
    try {
      if (ended || gone) {
        return false;
      }
      if (messages >= bounds.unsentMessagesMax() || !fits(item.size())) {
        dropQueued();
        ended = true;
        context.runOnContext(ignored -> overflow.run());
        return false;
      }
      add(item);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Queues a message unless that would be too much; false when it is not queued. */
  boolean offerIfRoom(byte[]... parts) {
    Item item = Item.of(parts);
    lock.lock();
    try {
      boolean fits = !ended && !gone && messages < bounds.unsentMessagesMax() && fits(item.size());
      if (fits) {
        add(item);
      }
      return fits;
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long size) {
    return messages == 0 || bytes + size <= bounds.unsentBytesMax();
  }

  /** Queues a sign of life, unless something else is on its way anyway. */
  void offerIfIdle(byte[] part) {
    lock.lock();
    try {
      if (!ended && !gone && messages == 0) {
        add(Item.of(part));
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues the last message.
   *
   * @param part empty for no message beside those that are queued
   * @param then runs on the event loop once it has left
   */
  void end(byte[] part, Runnable then) {
    lock.lock();
    try {
      ended = true;
      afterLast = then;
      if (!gone && part.length > 0) {
        add(Item.of(part));
      } else if (!gone && !writing) {
        context.runOnContext(ignored -> then.run());
      }
    } finally {
      lock.unlock();
    }
  }

  private void add(Item item) {
    queue.addLast(item);
    messages++;
    bytes += item.size();
    if (!writing) {
      writing = true;
      context.runOnContext(ignored -> writePiece());
    }
  }

  private void dropQueued() {
    for (Item item : queue) {
      messages--;
      bytes -= item.size();
    }
    queue.clear();
  }

  private void writePiece() {
    List<byte[]> parts = new ArrayList<>();
    int count = 0;
    int size = 0;
    lock.lock();
    try {
      while (!queue.isEmpty() && (count == 0 || size + queue.peek().size() <= PIECE_BYTES_MAX)) {
        Item item = queue.removeFirst();
        parts.addAll(List.of(item.parts()));
        count++;
        size += item.size();
      }
      if (count == 0) {
        writing = false;
        return;
      }
    } finally {
      lock.unlock();
    }
    int written = count;
    int length = size;
    var _ =
        write
            .apply(BufferInternal.buffer(Unpooled.wrappedBuffer(parts.toArray(new byte[0][]))))
            .onComplete(outcome -> context.runOnContext(ignored -> left(written, length)));
  }

  private void left(int count, int size) {
    boolean more;
    boolean last;
    lock.lock();
    try {
      messages -= count;
      bytes -= size;
      sent += count;
      more = !queue.isEmpty() && !gone;
      writing = more;
      last = ended && !more;
      if (hasRoom()) {
        room.signalAll();
      }
    } finally {
      lock.unlock();
    }
    if (more) {
      writePiece();
    } else if (last) {
      afterLast.run();
    }
  }

  private boolean hasRoom() {
    return messages <= bounds.unsentMessagesMax() / 4 && bytes <= bounds.unsentBytesMax() / 4;
  }

  /** Waits until most has been sent; false when nothing more is sent. */
  boolean awaitRoom() {
    return awaitRoom(0);
  }

  /** The same, until a message of that size fits as well. */
  boolean awaitRoom(long size) {
    lock.lock();
    try {
      while (!(hasRoom() && fits(size)) && !gone && !ended) {
        room.await();
      }
      return !gone && !ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Whether something was unsent for too many ticks and nothing moved; to be asked each tick. */
  boolean isStuck() {
    lock.lock();
    try {
      standing = messages > 0 && sent == sentAtTick ? standing + 1 : 0;
      sentAtTick = sent;
      return standing >= StreamBounds.SILENT_TICKS_MAX;
    } finally {
      lock.unlock();
    }
  }

  /** The connection is gone. */
  void gone() {
    lock.lock();
    try {
      gone = true;
      dropQueued();
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
