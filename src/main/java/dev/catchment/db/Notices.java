package dev.catchment.db;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who wants to hear of commits. Safe for use by several threads. */
final class Notices {
  private final Map<Channel, List<Consumer<String>>> listeners = new EnumMap<>(Channel.class);

  Notices() {
    for (Channel channel : Channel.values()) {
      listeners.put(channel, new CopyOnWriteArrayList<>());
    }
  }

  void listen(Channel channel, Consumer<String> listener) {
    of(channel).add(listener);
  }

  void fire(Map<Channel, ? extends Set<String>> notices) {
    notices.forEach((channel, subjects) -> subjects.forEach(subject -> fire(channel, subject)));
  }

  void fire(Channel channel, String subject) {
    of(channel).forEach(listener -> listener.accept(subject));
  }

  /** Something may have been missed: everyone looks for themselves. */
  void fireAll() {
    for (Channel channel : Channel.values()) {
      fire(channel, "");
    }
  }

  private List<Consumer<String>> of(Channel channel) {
    List<Consumer<String>> list = listeners.get(channel);
    if (list == null) {
      throw new IllegalStateException("Unknown channel " + channel);
    }
    return list;
  }
}
