package dev.catchment.live;

import dev.catchment.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who is subscribed to what. Safe for use by several threads. */
final class Audience {
  /** A channel of one environment. */
  private record Place(String envId, String channel) {}

  private final Map<Place, Set<Seat>> seats = new ConcurrentHashMap<>();

  /** How many subscriptions to events there are, by environment. */
  private final Map<String, Integer> ofEvents = new ConcurrentHashMap<>();

  void add(Seat seat, ChannelName channel) {
    seats.compute(
        place(seat, channel),
        (same, known) -> {
          Set<Seat> all = known == null ? new HashSet<>() : new HashSet<>(known);
          all.add(seat);
          return Set.copyOf(all);
        });
    if (channel.kind() == ChannelName.Kind.EVENTS) {
      ofEvents.merge(seat.envId(), 1, Integer::sum);
    }
  }

  void remove(Seat seat, ChannelName channel) {
    seats.computeIfPresent(
        place(seat, channel),
        (same, known) -> {
          Set<Seat> all = new HashSet<>(known);
          all.remove(seat);
          return all.isEmpty() ? null : Set.copyOf(all);
        });
    if (channel.kind() == ChannelName.Kind.EVENTS) {
      ofEvents.computeIfPresent(
          seat.envId(), (same, count) -> count == 1 ? null : (Integer) (count - 1));
    }
  }

  private static Place place(Seat seat, ChannelName channel) {
    return new Place(seat.envId(), channel.text());
  }

  /** Whether anybody wants events of that environment. */
  boolean wantsEvents(String envId) {
    return ofEvents.containsKey(envId);
  }

  /** Whether anybody wants any events. */
  boolean wantsEvents() {
    return !ofEvents.isEmpty();
  }

  /** Tells everyone on the channels of the news. Each message is made once, if anyone gets it. */
  void tell(List<News> all) {
    for (News news : all) {
      Map<String, Told> made = new HashMap<>();
      for (String channel : news.channels()) {
        for (Seat seat : seats.getOrDefault(new Place(news.envId(), channel), Set.of())) {
          seat.told(made.computeIfAbsent(channel, name -> told(news, name)));
        }
      }
    }
  }

  static Told told(News news, String channel) {
    return new Told(
        news.type(),
        news.position(),
        Json.object()
            .put("type", news.type())
            .put("channel", channel)
            .put("data", news.data())
            .build()
            .bytes());
  }
}
