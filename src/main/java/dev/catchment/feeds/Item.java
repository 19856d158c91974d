package dev.catchment.feeds;

import dev.catchment.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * An item as it is stored: the record's data and, beside it, what people decided.
 *
 * @param id the record's id, 32 hex digits
 * @param key the record's key
 * @param place where it stands
 * @param version raised by every change
 * @param content what it says
 * @param decision who put it there
 * @param times when what happened
 */
public record Item(
    String id,
    String key,
    Place place,
    long version,
    Content content,
    Decision decision,
    Dates times) {

  /**
   * Where it stands.
   *
   * @param rank its order among the pinned or unpinned items of the list
   * @param listFull it waits in the inbox because its list was full
   */
  public record Place(ItemState state, boolean pinned, long rank, boolean listFull) {}

  /**
   * What it says.
   *
   * @param data the record's data
   * @param edits the fields that people changed, which win over the data
   * @param note a remark for moderators; null for none
   * @param sourceEventId the event that holds the record
   */
  public record Content(
      Json.Obj data, Json.Obj edits, @Nullable String note, String sourceEventId) {
    /** Whether a person changed the field. */
    public boolean isEdited(ItemField field) {
      return edits.members().containsKey(field.key());
    }
  }

  /** Who put it into its state, and why. */
  public record Decision(Actor actor, @Nullable String reason) {}

  /**
   * Milliseconds since 1970.
   *
   * @param modifiedAt the last visible change
   */
  public record Dates(long createdAt, long modifiedAt, long updatedAt, long stateChangedAt) {}

  /** The same item after a change that people made at that time. */
  Item changed(Place newPlace, Content newContent, Decision newDecision, Dates newTimes) {
    return new Item(id, key, newPlace, version + 1, newContent, newDecision, newTimes);
  }

  public ItemState state() {
    return place.state();
  }

  /** What readers see of it in a feed of that type. */
  public ItemView view(ContentType type) {
    return ItemView.of(type, content.data(), content.edits());
  }
}
