package dev.catchment.routing;

import dev.catchment.base.Scope;
import dev.catchment.db.Tx;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The table of transform expressions by connection and hash. Attempts refer to a text by its hash,
 * so that a delivery keeps what it was routed with while its connection goes on to another.
 */
final class TransformTexts {
  private TransformTexts() {}

  /** Stores what a connection uses now and removes what nobody needs any more. */
  static void keep(Tx tx, Connection connection) {
    Connection.Transform transform = connection.transform();
    if (transform.hash() != null) {
      tx.update(
          """
          INSERT INTO transform_texts (connection_id, hash, env_id, expression)
          VALUES (?, ?, ?, ?) ON CONFLICT (connection_id, hash) DO NOTHING
          """,
          connection.id(),
          transform.hash(),
          connection.scope().envId(),
          transform.expression());
    }
    tx.update(
        """
        DELETE FROM transform_texts WHERE connection_id = ? AND env_id = ? AND hash <> ?
          AND hash NOT IN (SELECT transform FROM attempts
             WHERE open = 1 AND destination_id = ? AND connection_id = ? AND transform IS NOT NULL)
        """,
        connection.id(),
        connection.scope().envId(),
        transform.hash() == null ? "" : transform.hash(),
        connection.ends().destinationId(),
        connection.id());
  }

  /** Removes all texts of a connection that is gone. */
  static void delete(Tx tx, Scope scope, String connectionId) {
    tx.update(
        "DELETE FROM transform_texts WHERE connection_id = ? AND env_id = ?",
        connectionId,
        scope.envId());
  }

  /** The text of a hash. */
  static Optional<String> find(Tx tx, Scope scope, String connectionId, @Nullable String hash) {
    return tx.find(
        """
        SELECT expression FROM transform_texts WHERE connection_id = ? AND hash = ? AND env_id = ?
        """,
        row -> row.string("expression"),
        connectionId,
        hash,
        scope.envId());
  }
}
