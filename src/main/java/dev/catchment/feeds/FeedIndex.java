package dev.catchment.feeds;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The tags of all feeds, by id and in the order of the list for each owner. Safe for use by several
 * threads.
 */
final class FeedIndex {
  private static final Comparator<FeedTag> NEWEST =
      Comparator.comparingLong(FeedTag::modifiedAt).reversed().thenComparing(FeedTag::id);

  /** Whose feeds are listed; null stands for all. */
  record Owner(String orgId, @Nullable String envId, @Nullable ContentType type) {}

  /**
   * One page.
   *
   * @param generation changes whenever anything in the owner's list does
   */
  record Page(List<FeedTag> tags, int total, long generation) {}

  private static final class Listing {
    final TreeSet<FeedTag> tags = new TreeSet<>(NEWEST);
    long generation;
  }

  private final Map<String, FeedTag> byId = new HashMap<>();
  private final Map<Owner, Listing> listings = new HashMap<>();
  private long generations;

  synchronized Optional<FeedTag> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  synchronized Set<String> ids() {
    return Set.copyOf(byId.keySet());
  }

  /** Takes a tag in, unless a newer one is here. */
  synchronized void put(FeedTag tag) {
    FeedTag old = byId.get(tag.id());
    if (old != null && old.revision() >= tag.revision()) {
      return;
    }
    remove(tag.id());
    byId.put(tag.id(), tag);
    for (Owner owner : owners(tag)) {
      Listing listing = listings.computeIfAbsent(owner, any -> new Listing());
      listing.tags.add(tag);
      listing.generation = ++generations;
    }
  }

  synchronized void remove(String id) {
    FeedTag old = byId.remove(id);
    if (old == null) {
      return;
    }
    for (Owner owner : owners(old)) {
      Listing listing = listings.get(owner);
      if (listing != null) {
        listing.tags.remove(old);
        listing.generation = ++generations;
      }
    }
  }

  synchronized Page page(Owner owner, long skip, int size) {
    Listing listing = listings.get(owner);
    if (listing == null) {
      return new Page(List.of(), 0, 0);
    }
    List<FeedTag> tags = new ArrayList<>(size);
    if (skip < listing.tags.size()) {
      long passed = 0;
      for (FeedTag tag : listing.tags) {
        if (passed++ < skip) {
          continue;
        }
        if (tags.size() == size) {
          break;
        }
        tags.add(tag);
      }
    }
    return new Page(tags, listing.tags.size(), listing.generation);
  }

  synchronized long generation(Owner owner) {
    Listing listing = listings.get(owner);
    return listing == null ? 0 : listing.generation;
  }

  private static List<Owner> owners(FeedTag tag) {
    String org = tag.scope().orgId();
    String env = tag.scope().envId();
    return List.of(
        new Owner(org, null, null),
        new Owner(org, null, tag.type()),
        new Owner(org, env, null),
        new Owner(org, env, tag.type()));
  }
}
