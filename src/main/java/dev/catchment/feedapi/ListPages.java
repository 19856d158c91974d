package dev.catchment.feedapi;

import dev.catchment.base.Sha256;
import dev.catchment.base.Times;
import dev.catchment.feeds.FeedMemory;
import dev.catchment.feeds.FeedTag;
import dev.catchment.feeds.Snapshot;
import dev.catchment.json.Json;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pages of the list as bytes, each kept until the owner's list changes or space runs out. */
final class ListPages {
  /** At most 100 summaries of about 400 bytes each: 20 MB. */
  private static final int PAGES_MAX = 500;

  private static final int TAG_BYTES = 8;

  private record Key(
      String orgId, @Nullable String envId, String base, ListQuery query, long generation) {}

  private final FeedMemory memory;
  private final Map<Key, Snapshot> pages =
      new LinkedHashMap<>(64, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Snapshot> eldest) {
          return size() > PAGES_MAX;
        }
      };

  ListPages(FeedMemory memory) {
    this.memory = memory;
  }

  /** A page; {@code base} is what an id is put behind to give an address. */
  Snapshot page(KeyCheck.Outcome.Granted caller, String base, ListQuery query) {
    FeedMemory.Page page =
        memory.page(
            caller.orgId(),
            caller.envId(),
            query.type(),
            (long) query.page() * query.pageSize(),
            query.pageSize());
    Key key = new Key(caller.orgId(), caller.envId(), base, query, page.generation());
    synchronized (pages) {
      return pages.computeIfAbsent(key, any -> render(page, base, query));
    }
  }

  private static Snapshot render(FeedMemory.Page page, String base, ListQuery query) {
    int size = query.pageSize();
    List<Json.Obj> summaries = page.tags().stream().map(tag -> summary(tag, base)).toList();
    byte[] body =
        Json.object()
            .put("collections", Json.array(summaries))
            .put(
                "meta",
                Json.object()
                    .put("page", query.page())
                    .put("pageSize", size)
                    .put("totalItems", page.total())
                    .put("totalPages", (page.total() + size - 1) / size)
                    .build())
            .build()
            .bytes();
    return Snapshot.of(0, '"' + digest(body) + '"', body);
  }

  private static Json.Obj summary(FeedTag tag, String base) {
    return Json.object()
        .put("id", "col_" + tag.id())
        .put("name", tag.name())
        .put("contentType", tag.type().name())
        .put("stagingContentCount", tag.stagingCount())
        .put("liveContentCount", tag.liveCount())
        .put("createdDate", Times.format(tag.createdAt()))
        .put("lastModifiedDate", Times.format(tag.modifiedAt()))
        .put("url", base + "col_" + tag.id())
        .build();
  }

  private static String digest(byte[] body) {
    return HexFormat.of().formatHex(Sha256.of(body), 0, TAG_BYTES);
  }
}
