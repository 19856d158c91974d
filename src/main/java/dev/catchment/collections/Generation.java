package dev.catchment.collections;

/**
 * A generation of records with the row that counts them: the collection's own for the generation
 * that is read, that of the rebuild for one that is built.
 *
 * @param number what its records stand under
 * @param table {@code collections} or {@code rebuilds}
 * @param key the column that names the row
 * @param value what is in that column
 * @param skips under what its skipped events stand: the collection's id, or the number
 */
record Generation(long number, String table, String key, Object value, String skips) {
  /** The one that is read. */
  static Generation read(CollectionRow collection) {
    return new Generation(
        collection.table().generation(), "collections", "id", collection.id(), collection.id());
  }

  /** The one that a rebuild fills. */
  static Generation built(long number) {
    return new Generation(number, "rebuilds", "generation", number, Long.toString(number));
  }
}
