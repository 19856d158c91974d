package dev.catchment.api;

import dev.catchment.access.Caller;
import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import dev.catchment.collections.Collections;
import dev.catchment.db.Database;
import dev.catchment.db.Tx;
import dev.catchment.delivery.Destinations;
import dev.catchment.ingest.Sources;
import dev.catchment.live.ChannelName;
import java.util.Arrays;
import java.util.List;

/** Which channels a caller may subscribe to. */
final class LiveChannels {
  private static final String STREAM = "ws";

  private final Database database;

  LiveChannels(Database database) {
    this.database = database;
  }

  /** The names between commas; empty ones do not count. */
  static List<String> names(String text) {
    return Arrays.stream(text.split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .toList();
  }

  /**
   * The channel of that name.
   *
   * @throws Failure {@code INVALID} for no name of a channel, {@code FORBIDDEN}, or {@code
   *     NOT_FOUND} for an id that is not in the caller's environment
   */
  ChannelName of(Caller caller, String name) {
    ChannelName channel = ChannelName.parse(name);
    if (!caller.may(STREAM, false) && !caller.may(segment(channel), false)) {
      throw new Failure(Failure.Code.FORBIDDEN, "Forbidden", null);
    }
    String id = channel.id();
    if (id != null) {
      database.read(tx -> {
        check(tx, caller.scope(), channel, id);
        return true;
      });
    }
    return channel;
  }

  /** The first segment of the paths that show the same. */
  private static String segment(ChannelName channel) {
    return switch (channel.kind()) {
      case EVENTS -> "events";
      case DELIVERIES -> "delivery-attempts";
      case ISSUES -> "issues";
      case COLLECTION -> "collections";
      case CUSTOM -> STREAM;
    };
  }

  private static void check(Tx tx, Scope scope, ChannelName channel, String id) {
    switch (channel.kind()) {
      case EVENTS -> Sources.check(tx, scope, id);
      case DELIVERIES -> Destinations.check(tx, scope, id);
      case COLLECTION -> Collections.get(tx, scope, id);
      case ISSUES, CUSTOM -> {}
    }
  }
}
