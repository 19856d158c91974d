package dev.catchment.api;

import dev.catchment.base.Scope;
import dev.catchment.collections.CollectionRow;
import dev.catchment.collections.Collections;
import dev.catchment.db.Tx;
import dev.catchment.http.Request;

/**
 * The collection in the path of a request, {@code /v1/collections/{id}/…}. It is named by its id
 * or, because people remember that, by its slug; an id goes before a slug that looks like it.
 */
final class CollectionPath {
  private CollectionPath() {}

  /** The collection as it is in this transaction; throws {@code NOT_FOUND}. */
  static CollectionRow get(Tx tx, Scope scope, Request request) {
    return Collections.named(tx, scope, request.path("id"));
  }

  /** The tag of an answer that is made of its records, its name and its slug alone. */
  static ETag tag(Request request, CollectionRow collection) {
    CollectionRow.Table table = collection.table();
    return ETag.of(
        request,
        table.generation() + "-" + table.changeNumber() + "-" + collection.times().updatedAt());
  }
}
