package dev.catchment.collections;

import dev.catchment.db.Channel;
import dev.catchment.db.Database;
import dev.catchment.db.Durability;
import dev.catchment.db.TextIndex;
import dev.catchment.db.Tx;
import dev.catchment.worker.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Builds the indexes of records beside the hot path, a slice at a time: fills in those that were
 * declared, takes changes into those of texts, and removes those that nobody wants any more. Sleeps
 * while there is nothing to do, and is not even woken by records where no text is indexed. Two
 * nodes that build the same index do nothing twice.
 */
public final class IndexBuilder implements Step {
  /**
   * How much one transaction does.
   *
   * @param filled records whose values are filled in
   * @param caughtUp changes whose texts are taken in while the index is far behind
   * @param followed the same once it has caught up: a text takes a quarter of a millisecond, and
   *     whoever waits for a change waits for the writer
   * @param swept rows that are removed
   */
  record Slices(int filled, int caughtUp, int followed, int swept) {}

  private static final Slices SLICES = new Slices(500, 256, 8, 250);

  /** Further behind than this it counts to catch up at all. */
  private static final long FAR_BEHIND = 2_048;

  /** Left to other writers after a slice. */
  private static final long PAUSE_MILLIS = 10;

  /** In which changes gather that an index of texts takes in; until then they are looked at. */
  private static final long GATHER_MILLIS = 250;

  /** Steps of tidying after a slice of texts; more than a slice gives rise to. */
  private static final int TIDIED_MAX = 64;

  /** The same once the index has caught up, when nothing waits for it and others for the writer. */
  private static final int TIDIED_BESIDE_MAX = 2;

  private final Database database;
  private final Slices slices;
  private boolean untidy = true;
  private volatile boolean following = true;
  private @Nullable Runnable wake;

  /** A builder of the indexes of one store. */
  public IndexBuilder(Database database) {
    this(database, SLICES);
  }

  IndexBuilder(Database database, Slices slices) {
    this.database = database;
    this.slices = slices;
    database.listen(Channel.COLLECTIONS, any -> wake());
    database.listen(
        Channel.RECORDS,
        any -> {
          if (following) {
            wake();
          }
        });
  }

  /** What wakes whoever drives this. */
  public void wakes(Runnable driver) {
    wake = driver;
  }

  private void wake() {
    Runnable driver = wake;
    if (driver != null) {
      driver.run();
    }
  }

  /**
   * All there is.
   *
   * @param collections those that have an index, by id
   * @param tidies whether texts are to be tidied up here
   */
  private record Stand(
      List<RecordIndexes.Index> declared,
      List<SearchIndexes.Index> texts,
      Map<String, CollectionRow> collections,
      boolean tidies) {
    boolean reads(String collectionId, long generation) {
      CollectionRow row = collections.get(collectionId);
      return row != null
          && (row.table().generation() == generation
              || Objects.equals(row.table().building(), generation));
    }

    boolean wantsTexts(SearchIndexes.Index index) {
      CollectionRow row = collections.get(index.collectionId());
      return row != null
          && row.table().generation() == index.generation()
          && SearchIndexes.isAllowed(row);
    }

    /** By how many numbers of changes an index is behind its collection. */
    long behind(SearchIndexes.Index index) {
      CollectionRow row = collections.get(index.collectionId());
      return row == null ? 0 : row.table().changeNumber() - index.changeNumber();
    }
  }

  @Override
  public Next step() {
    Stand stand = database.read(IndexBuilder::stand);
    following = !stand.texts().isEmpty();
    Optional<RecordIndexes.Index> declared =
        stand.declared().stream()
            .filter(index ->
                index.dropped()
                    || !index.complete()
                    || !stand.reads(index.collectionId(), index.generation()))
            .findFirst();
    if (declared.isPresent()) {
      build(stand, declared.get());
      return new Next.Rest(PAUSE_MILLIS);
    }
    boolean more = false;
    boolean any = false;
    boolean far = false;
    for (SearchIndexes.Index index : stand.texts()) {
      boolean wanted = stand.wantsTexts(index);
      long behind = stand.behind(index);
      if (!wanted || behind > 0) {
        any = true;
        far |= behind > FAR_BEHIND;
        more |= wanted ? follow(index, behind) : sweep(stand, index);
      }
    }
    untidy |= any;
    untidy &= stand.tidies();
    if (untidy && !stand.texts().isEmpty()) {
      untidy = tidied(far ? TIDIED_MAX : TIDIED_BESIDE_MAX);
    }
    if (any || (untidy && following)) {
      return new Next.Rest(more || untidy ? PAUSE_MILLIS : GATHER_MILLIS);
    }
    return Step.whenWoken();
  }

  private static Stand stand(Tx tx) {
    List<RecordIndexes.Index> declared = RecordIndexes.all(tx);
    List<SearchIndexes.Index> texts = SearchIndexes.all(tx);
    Map<String, CollectionRow> rows = new HashMap<>();
    declared.forEach(index -> find(tx, index.collectionId(), rows));
    texts.forEach(index -> find(tx, index.collectionId(), rows));
    return new Stand(declared, texts, rows, TextIndex.of(tx.dialect()).wantsTidying());
  }

  private static void find(Tx tx, String collectionId, Map<String, CollectionRow> rows) {
    if (!rows.containsKey(collectionId)) {
      Collections.findAnywhere(tx, collectionId).ifPresent(row -> rows.put(collectionId, row));
    }
  }

  private void build(Stand stand, RecordIndexes.Index index) {
    boolean gone = index.dropped() || !stand.reads(index.collectionId(), index.generation());
    database.write(
        Durability.DERIVED,
        tx -> {
          Optional<RecordIndexes.Index> locked = RecordIndexes.lock(tx, index.id());
          if (locked.isPresent() && (gone || locked.get().dropped())) {
            RecordIndexes.sweep(tx, locked.get(), slices.swept());
          } else if (locked.isPresent() && !locked.get().complete()) {
            RecordIndexes.fill(tx, locked.get(), slices.filled());
          }
          return true;
        });
  }

  private boolean follow(SearchIndexes.Index index, long behind) {
    int max = behind > FAR_BEHIND ? slices.caughtUp() : slices.followed();
    return database.<Boolean>write(Durability.DERIVED, tx -> SearchIndexes.follow(tx, index, max));
  }

  /** Tidies a few times; true when there may be more to do. Others write in between. */
  private boolean tidied(int max) {
    for (int i = 0; i < max; i++) {
      boolean more =
          database.<Boolean>write(Durability.DERIVED, tx -> TextIndex.of(tx.dialect()).tidy(tx));
      if (!more) {
        return false;
      }
    }
    return true;
  }

  private boolean sweep(Stand stand, SearchIndexes.Index index) {
    CollectionRow row = stand.collections().get(index.collectionId());
    return database.<Boolean>write(
        Durability.DERIVED,
        tx -> {
          if (row != null) {
            // Whoever searched before a rebuild goes on searching after it.
            SearchIndexes.want(tx, row);
          }
          SearchIndexes.sweep(tx, index, slices.swept());
          return true;
        });
  }
}
