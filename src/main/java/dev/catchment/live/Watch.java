package dev.catchment.live;

import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which changes somebody wants to hear of, on this node or on another. Nodes that have subscribers
 * say so by notices, again and again while they have them, and are forgotten when they stop: a
 * notice that is lost costs messages, which nobody was promised. Safe for use by several threads.
 */
final class Watch {
  /** How often a node that has subscribers says so. */
  static final long SAY_MILLIS = 20_000;

  /** How long it is believed. */
  static final long BELIEVED_MILLIS = 60_000;

  /** What a node hears of others beyond this is not kept. */
  private static final int REMOTE_MAX = 10_000;

  /** How many are named in one notice. */
  private static final int NAMED_MAX = 100;

  private final Database database;
  private final Map<String, Integer> local = new HashMap<>();
  private final Map<String, Long> remote = new ConcurrentHashMap<>();
  private volatile Set<String> localNow = Set.of();
  private long saidAt;
  private volatile boolean sayNow;
  private volatile boolean askNow;

  Watch(Database database) {
    this.database = database;
    // Whoever already has subscribers is asked to say so.
    this.askNow = database.isShared();
  }

  static String name(Tellers.Change kind, String of) {
    return kind.name().charAt(0) + of;
  }

  /** Whether somebody wants to hear of anything. Costs next to nothing. */
  boolean isAnythingWanted() {
    return !(localNow.isEmpty() && remote.isEmpty());
  }

  /** Whether somebody wants to hear of it. */
  boolean isWanted(Tellers.Change kind, String of) {
    if (!isAnythingWanted()) {
      return false;
    }
    String name = name(kind, of);
    if (localNow.contains(name)) {
      return true;
    }
    Long until = remote.get(name);
    if (until == null) {
      return false;
    }
    if (until > database.now()) {
      return true;
    }
    remote.remove(name, until);
    return false;
  }

  boolean isWantedHere(String name) {
    return localNow.contains(name);
  }

  /** One more subscriber of this node wants it; when this returns the other nodes were told. */
  void add(String name) {
    boolean first;
    synchronized (this) {
      first = local.merge(name, 1, Integer::sum) == 1;
      localNow = Set.copyOf(local.keySet());
    }
    if (first && database.isShared()) {
      say(List.of(name));
    }
  }

  synchronized void remove(String name) {
    local.computeIfPresent(name, (same, count) -> count == 1 ? null : (Integer) (count - 1));
    localNow = Set.copyOf(local.keySet());
  }

  /** Another node says what its subscribers want. */
  void heard(List<String> names) {
    long until = database.now() + BELIEVED_MILLIS;
    for (String name : names) {
      if (remote.size() < REMOTE_MAX || remote.containsKey(name)) {
        remote.put(name, until);
      }
    }
  }

  /** Another node asks what the subscribers of this one want. */
  void asked() {
    sayNow = true;
  }

  /** Notices may have been lost. */
  void lost() {
    sayNow = true;
    askNow = database.isShared();
  }

  /**
   * Says what is due to be said.
   *
   * @return when to come again, milliseconds since 1970; 0 for never
   */
  long speak() {
    if (askNow) {
      askNow = false;
      notice(LiveNotice.ask());
    }
    Set<String> wanted = localNow;
    if (wanted.isEmpty() || !database.isShared()) {
      sayNow = false;
      return 0;
    }
    if (sayNow || database.now() >= saidAt + SAY_MILLIS) {
      sayNow = false;
      say(new ArrayList<>(new TreeSet<>(wanted)));
      saidAt = database.now();
    }
    return saidAt + SAY_MILLIS;
  }

  private void say(List<String> names) {
    for (int from = 0; from < names.size(); from += NAMED_MAX) {
      notice(LiveNotice.wanted(names.subList(from, Math.min(names.size(), from + NAMED_MAX))));
    }
  }

  private void notice(String subject) {
    database.write(
        Durability.DERIVED,
        (Tx tx) -> {
          tx.notify(Channel.LIVE, subject);
          return true;
        });
  }
}
