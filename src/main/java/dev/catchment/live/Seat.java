package dev.catchment.live;

import dev.catchment.base.Failure;
import dev.catchment.base.Scope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The subscriptions of one connection, in one environment. Used by one thread at a time, but for
 * being told.
 */
public final class Seat implements AutoCloseable {
  /** How many channels one connection may be subscribed to. */
  public static final int CHANNELS_MAX = 100;

  private final Live live;
  private final Scope scope;
  private final Subscriber subscriber;
  private final Map<String, ChannelName> channels = new LinkedHashMap<>();

  /** Events up to here are not told. */
  private volatile long after;

  Seat(Live live, Scope scope, Subscriber subscriber) {
    this.live = live;
    this.scope = scope;
    this.subscriber = subscriber;
  }

  /** Whose happenings it hears of. */
  public Scope scope() {
    return scope;
  }

  String envId() {
    return scope.envId();
  }

  /** The names of the channels it is subscribed to, in the order of subscription. */
  public List<String> channels() {
    return List.copyOf(channels.keySet());
  }

  /**
   * Subscribes; what happens from now on is told. The caller has made sure that an id belongs to
   * the scope.
   *
   * @throws Failure {@code INVALID} when there are too many already
   */
  public void subscribe(ChannelName channel) {
    if (channels.containsKey(channel.text())) {
      return;
    }
    if (channels.size() >= CHANNELS_MAX) {
      throw Failure.invalid("At most " + CHANNELS_MAX + " channels");
    }
    boolean first = !subscribesEvents();
    channels.put(channel.text(), channel);
    if (channel.kind() != ChannelName.Kind.EVENTS) {
      live.join(this, channel);
    } else if (first) {
      after = live.joinEvents(this, List.of(channel));
    } else {
      live.join(this, channel);
    }
  }

  /**
   * Subscribes to these channels, all of them of events, so that what follows that place in the log
   * is told.
   *
   * @return false when the live tail is ahead already, and the caller must come nearer first
   */
  public boolean subscribeEventsAfter(List<ChannelName> some, long position) {
    if (!live.joinEventsAfter(this, some, position, () -> after = position)) {
      return false;
    }
    some.forEach(channel -> channels.put(channel.text(), channel));
    return true;
  }

  private boolean subscribesEvents() {
    return channels.values().stream()
        .anyMatch(channel -> channel.kind() == ChannelName.Kind.EVENTS);
  }

  /** The place in the log after which events are told. */
  public long after() {
    return after;
  }

  /** Subscribes no more; nothing when it did not. */
  public void unsubscribe(ChannelName channel) {
    Optional.ofNullable(channels.remove(channel.text()))
        .ifPresent(known -> live.leave(this, known));
  }

  void told(Told told) {
    if (told.position() == 0 || told.position() > after) {
      subscriber.told(told);
    }
  }

  @Override
  public void close() {
    new ArrayList<>(channels.values()).forEach(this::unsubscribe);
  }
}
