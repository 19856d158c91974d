package dev.catchment.insight;

/**
 * How much the answer to one {@link Question} may take.
 *
 * @param recordsMax records that are looked at
 * @param millisMax how long they are looked at
 * @param groupsMax groups that are told apart
 * @param groupCharactersMax of what tells them apart
 * @param distinctMax values that {@code distinct} tells apart, in all groups together
 * @param distinctCharactersMax of these values
 */
public record AggregateBounds(
    long recordsMax,
    long millisMax,
    int groupsMax,
    long groupCharactersMax,
    int distinctMax,
    long distinctCharactersMax) {
  private static final long RECORDS_MAX = 1_000_000;
  private static final long MILLIS_MAX = 10_000;
  private static final int GROUPS_MAX = 10_000;
  private static final long GROUP_CHARACTERS_MAX = 8L << 20;
  private static final int DISTINCT_MAX = 500_000;
  private static final long DISTINCT_CHARACTERS_MAX = 48L << 20;

  /** The bounds of a node. */
  public static AggregateBounds standard() {
    return new AggregateBounds(
        RECORDS_MAX,
        MILLIS_MAX,
        GROUPS_MAX,
        GROUP_CHARACTERS_MAX,
        DISTINCT_MAX,
        DISTINCT_CHARACTERS_MAX);
  }
}
